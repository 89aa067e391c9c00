"""``python -m unspin``."""

from unspin.cli import main

if __name__ == "__main__":
    main()
