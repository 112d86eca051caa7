"""The model: two planners on one store, a desk and a Carloop, with everything that goes wrong between them.

machine     the rules hypothesis draws its stories from
world       what a rule does, over the real hooks and a real sandbox
process     a planner's process, which may die at any of its steps
trouble     what goes wrong: on the wire, and at a step
checks      what must hold after every step
soak        many runs, with a report
"""
