"""The dealer management system (DMS) of the planner: customers and their cars, found as one types.

They are kept in a SQLite file, which `import_csv` fills from an export.
"""

from planner_host.dms.csv_import import import_csv, import_example
from planner_host.dms.customer import Car, DmsCustomer
from planner_host.dms.findings import DmsProblem, Finding
from planner_host.dms.sqlite import Dms, Replaced

__all__ = ["Car", "Dms", "DmsCustomer", "DmsProblem", "Finding", "Replaced", "import_csv", "import_example"]
