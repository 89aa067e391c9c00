"""``python -m unspin``."""

from unspin.cli import program

if __name__ == "__main__":
    program()
