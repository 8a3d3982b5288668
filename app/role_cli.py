"""The commands `planmap role …`."""

from __future__ import annotations

import click

from app.command import ends_in_a_line, language_option, plan_option
from app.console import HELP, Group
from app.record_cli import say, user
from app.settings import read_settings
from layers.plan.fault import printable
from layers.store.roles import Role
from layers.translation import Translation


@click.group("role", cls=Group, help=HELP("sign-in.role-help"))
def role() -> None:
    """Say who may do what where people sign in."""


@role.command("list", help=HELP("sign-in.role-list-help"))
@plan_option
@language_option
@ends_in_a_line
def role_list(*, text: Translation, plan: str) -> None:
    """List who has which role, and every change of one."""
    from app.context import store_at

    roles = store_at(read_settings(plan=plan)).roles()
    if not roles.history:
        click.echo(text("sign-in.role-none"))
    say(f"{who}  {text(f'role.{given}')}" for who, given in roles.current.items())
    if roles.history:
        click.echo(text("sign-in.role-history"))
    say(f"  {one.at}  {one.who}  {text(f'role.{one.role}')}  ({one.by})" for one in roles.history)


@role.command("give", help=HELP("sign-in.role-give-help"))
@click.argument("who", metavar="EMAIL")
@click.argument("given", metavar="ROLE", type=click.Choice([one.value for one in Role]))
@plan_option
@language_option
@ends_in_a_line
def role_give(*, text: Translation, who: str, given: str, plan: str) -> None:
    """Give somebody a role."""
    from app.context import store_at

    made = store_at(read_settings(plan=plan)).give_role(who, Role(given), by=user())
    click.echo(text("sign-in.role-given", who=printable(made.who), role=text(f"role.{made.role}")))
