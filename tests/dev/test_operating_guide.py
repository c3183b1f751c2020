"""The operating guide names every setting, and the examples start what Procfile starts."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_setting_is_in_the_operating_guide():
    source = (ROOT / "saas" / "config.py").read_text() + (ROOT / "deploy" / "gunicorn.py").read_text()
    names = set(
        re.findall(
            r'(?:env\.(?:text|integer|flag|key|optional_key)|environ\.(?:get|setdefault))\(\s*"([A-Z_]+)"', source
        )
    )
    guide = (ROOT / "docs" / "operate.md").read_text()

    assert len(names) > 15
    assert sorted(name for name in names if f"`{name}`" not in guide) == []


def test_the_services_run_the_programs_that_procfile_runs():
    lines = dict(line.split(": ", 1) for line in (ROOT / "Procfile").read_text().splitlines())
    programs = {name: " ".join(command.split()[:2]) for name, command in lines.items() if name != "mail"}
    services = {
        name: (ROOT / "deploy" / "systemd" / f"taquilla-{name}{'@' if name == 'realtime' else ''}.service").read_text()
        for name in programs
    }

    assert [name for name, program in programs.items() if f"/.venv/bin/{program}" not in services[name]] == []


def test_alerts_and_board_ask_only_for_figures_that_the_house_tells():
    told = "".join((ROOT / file).read_text() for file in ("saas/kernel/metrics.py", "saas/web/metrics.py"))
    told += (ROOT / "saas" / "realtime" / "figures.py").read_text()
    names = set(re.findall(r'"(taquilla_\w+)"', told))
    asked = "".join((ROOT / "deploy" / file).read_text() for file in ("prometheus/rules.yml", "grafana/taquilla.json"))

    wanted = {re.sub(r"_(total|bucket|count|sum)$", "", name) for name in re.findall(r"\btaquilla_\w+", asked)}

    assert len(wanted) > 8
    assert sorted(wanted - names) == []
