"""``python -m gateway``. Law: starts the command line, nothing else."""

from gateway.cli.main import main

if __name__ == "__main__":
    main(prog_name="gateway")
