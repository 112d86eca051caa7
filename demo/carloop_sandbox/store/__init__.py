"""What the sandbox keeps: its database, the seeded fleet, the clock, the tokens."""

from carloop_sandbox.store.opening import Store as Store
from carloop_sandbox.store.opening import open_store as open_store
from carloop_sandbox.store.seeding import Fleet as Fleet
