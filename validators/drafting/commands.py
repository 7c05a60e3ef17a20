import click


@click.command()
def detect() -> int:
    return 0


@click.command()
def new() -> int:
    return 0
