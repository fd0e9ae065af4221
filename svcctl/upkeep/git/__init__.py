"""Commands of the book in Git; how they work is in `svcctl.vcs`."""
