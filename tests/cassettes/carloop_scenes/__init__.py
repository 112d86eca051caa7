"""Scenes with Carloop: each is played once against a live sandbox and recorded, then replayed without a network."""

from carloop_scenes import hooks, interface, refusals, session
from carloop_scenes.scene import Scene

SCENES: dict[str, Scene] = {
    each.name: each for module in (interface, refusals, session, hooks) for each in module.SCENES
}
"""Every scene by its name; its cassette is `cassettes/NAME.yaml`."""
