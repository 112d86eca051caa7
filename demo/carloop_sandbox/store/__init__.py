"""What the sandbox keeps: its database, the seeded fleet, the clock, the tokens."""

from carloop_sandbox.store.opening import Fleet as Fleet
from carloop_sandbox.store.opening import Store as Store
from carloop_sandbox.store.opening import open_store as open_store
