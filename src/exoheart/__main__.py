"""``python -m exoheart`` is the command line."""

from exoheart.cli import main

if __name__ == "__main__":
    main()
