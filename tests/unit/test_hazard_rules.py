"""Rules for single hazards: one that is allowed does not count for max_risk, one that is forbidden refuses the plan."""

from __future__ import annotations

from pathlib import Path

import pytest

from faberdb.config.project import load
from faberdb.errors import ConfigError
from faberdb.model import Address, Hazard, Risk
from faberdb.plan.document import Plan
from faberdb.policy.rules import Rules, lapsed, passed_over, violations
from tests.unit.view_samples import plan, steps

EMAIL = Address("column", ("public", "customer", "email"))
REWRITE = Hazard("FDB101", "the table is rewritten while it is locked")
RENAME = Hazard("FDB110", "queries that use the old name fail from the moment this commits")


def risky(*hazards: Hazard) -> Plan:
    return plan(done=steps((EMAIL, "ALTER TABLE ...", Risk.DANGEROUS, *hazards)))


def said(rules: Rules, *hazards: Hazard) -> str:
    return "; ".join(violation.what for violation in violations(risky(*hazards), rules))


def test_a_plan_that_is_too_risky_is_refused() -> None:
    assert "takes at most caution" in said(Rules(max_risk=Risk.CAUTION), REWRITE)


def test_a_step_all_of_whose_hazards_are_allowed_does_not_count() -> None:
    rules = Rules(max_risk=Risk.CAUTION, allowed=frozenset({"FDB101"}))
    assert said(rules, REWRITE) == ""
    assert "takes at most caution" in said(rules, REWRITE, RENAME)


def test_a_step_without_hazards_counts_whatever_is_allowed() -> None:
    assert "takes at most caution" in said(Rules(max_risk=Risk.CAUTION, allowed=frozenset({"FDB101"})))


def advice(rules: Rules, risk: Risk, *hazards: Hazard) -> str:
    (violation,) = violations(plan(done=steps((EMAIL, "ALTER TABLE ...", risk, *hazards))), rules)
    return violation.advice


def test_allowing_is_advised_where_it_would_help_only() -> None:
    rules = Rules(max_risk=Risk.CAUTION)
    assert "allow its hazards (FDB101, FDB110) in [safety.hazards]," in advice(rules, Risk.DANGEROUS, REWRITE, RENAME)
    for useless in (advice(rules, Risk.DESTRUCTIVE, REWRITE), advice(rules, Risk.DANGEROUS)):
        assert useless == "make the change in safer parts, or raise max_risk in faberdb.toml"


def test_a_plan_that_takes_another_back_says_which_rules_do_not_stop_it() -> None:
    rules = Rules(max_risk=Risk.CAUTION, forbidden={"FDB101": "too large"})
    back = risky(REWRITE)._replace(kind="rollback", of_plan="1")
    assert not list(violations(back, rules))
    assert list(passed_over(back, rules)) == [
        "the plan is dangerous; environment production takes at most caution",
        "environment production forbids FDB101 (too large): column public.customer.email",
    ]
    assert not list(passed_over(risky(REWRITE), rules))


def test_a_rule_that_has_expired_is_named() -> None:
    rules = Rules(max_risk=Risk.CAUTION, expired={"FDB101": "was allowed until 2026-01-31"})
    assert said(rules, REWRITE).endswith("takes at most caution; FDB101 was allowed until 2026-01-31")


def test_a_forbidden_hazard_refuses_the_plan_and_says_why() -> None:
    found = said(Rules(forbidden={"FDB110": "the mobile app cannot be updated"}), REWRITE, RENAME)
    assert found == (
        "environment production forbids FDB110 (the mobile app cannot be updated): column public.customer.email"
    )


def test_a_rule_that_forbade_until_a_day_is_named() -> None:
    rules = Rules(lapsed={"FDB110": "was forbidden until 2026-01-31 (old apps)", "FDB999": "was forbidden"})
    assert list(lapsed(risky(REWRITE, RENAME), rules)) == [
        "FDB110 was forbidden until 2026-01-31 (old apps): column public.customer.email; set another day in"
        " faberdb.toml, or take the rule out"
    ]
    assert not list(lapsed(risky(REWRITE), rules))


def test_rules_of_an_environment_are_stronger_than_those_of_all(tmp_path: Path) -> None:
    (tmp_path / "faberdb.toml").write_text(
        """
[project]
name = "shop"

[environments.dev]
[environments.production.hazards.FDB110]
policy = "forbid"
reason = "the mobile app cannot be updated"

[safety.hazards.FDB110]
policy = "allow"
reason = "nobody else uses it"
until = 2027-01-31
"""
    )
    project = load(tmp_path)
    dev, production = (project.environment(name).hazards["FDB110"] for name in ("dev", "production"))
    assert (dev.allowed, str(dev.until)) == (True, "2027-01-31")
    assert (production.allowed, production.until) == (False, None)


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ('FDB1 = { policy = "allow", reason = "x" }', "FDB1"),
        ('FDB101 = { policy = "allow" }', "reason"),
        ('FDB101 = { policy = "perhaps", reason = "x" }', "policy"),
        ('FDB101 = { policy = "allow", reason = "x", until = "soon" }', "until"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused_at_its_place(tmp_path: Path, rule: str, words: str) -> None:
    (tmp_path / "faberdb.toml").write_text(f'[project]\nname = "shop"\n\n[safety.hazards]\n{rule}\n')
    with pytest.raises(ConfigError) as raised:
        load(tmp_path)
    told = f"{raised.value} {raised.value.where} {' '.join(raised.value.detail)}"
    assert words in told
    assert "faberdb.toml:5" in told
