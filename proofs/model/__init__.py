"""A model of two planners on one store, a rental desk and a Carloop, with failures at every step.

machine       the rules from which hypothesis draws runs
draws         what it draws for them
simulation    what a rule does, with the real hooks and a real sandbox
process       a planner's process, which may be killed at any of its steps
call_faults   the faults of one call, on the network and at a step, and the trace of a run
checks        what must hold after every step
settling      what must hold at the end of a run
"""
