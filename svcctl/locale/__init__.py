"""The words of svcctl in other languages, and the tool that keeps them up to date."""
