"""The sandbox's pages for people; `site` has the table of all."""
