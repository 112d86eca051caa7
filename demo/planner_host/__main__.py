"""Run the program: `python -m planner_host`."""

from planner_host.cli import main

if __name__ == "__main__":
    main()
