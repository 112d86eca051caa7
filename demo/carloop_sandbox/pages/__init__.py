"""The sandbox's pages for people; `routes` has the table of all."""
