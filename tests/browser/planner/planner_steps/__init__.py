"""What people do at the pages of planner and Carloop, for the tests of this folder."""
