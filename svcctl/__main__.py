"""`python -m svcctl`."""

from svcctl.cli.main import main

if __name__ == "__main__":
    main()
