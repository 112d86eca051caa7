"""`python -m carloop_sandbox`: the same as `carloop-sandbox`."""

from carloop_sandbox.cli import main

if __name__ == "__main__":
    main()
