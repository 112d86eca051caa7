"""The dealer management system (DMS) of the planner: customers and their cars, found as one types.

`Dms` is the port; `open_dms` opens its only implementation, a SQLite file, which `import_csv` fills from an export.
"""

from planner_host.dms.csv_import import import_csv, import_example
from planner_host.dms.port import Car, Dms, DmsCustomer, Hit
from planner_host.dms.problems import DmsProblem, Finding
from planner_host.dms.sqlite import Replaced, SqliteDms, open_dms

__all__ = [
    "Car",
    "Dms",
    "DmsCustomer",
    "DmsProblem",
    "Finding",
    "Hit",
    "Replaced",
    "SqliteDms",
    "import_csv",
    "import_example",
    "open_dms",
]
