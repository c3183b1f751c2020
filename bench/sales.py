"""`make bench-sales`: clients that each hold one seat and sell it for cash, next to what bare PostgreSQL could do.

Everything shares this machine's cores: web (2 workers), PostgreSQL, Redis, realtime, worker, scheduler, and the load
generator. The ceiling is pgbench writing the same rows with the same commits, and nothing else.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import subprocess
import time
from datetime import timedelta
from uuid import UUID

import orjson
from sqlalchemy import text

from bench.ceiling import SCRIPT, prepare_ceiling
from bench.house import House, open_house
from bench.report import print_table, spread_ms, write_result
from bench.wire import Wire
from saas.access import team
from saas.events import services as events
from saas.fiscal.models import ControlRange, FiscalProfile
from saas.kernel.clock import utcnow
from saas.kernel.ids import new_id
from saas.kernel.principal import SYSTEM
from saas.onboarding import open_tenant
from saas.web.app import create_app
from tenants.registry import Tenant
from tenants.sessions import control_transaction, tenant_transaction

SLUG, EMAIL, PASSWORD = "bench", "cashier@bench.test", "a bench needs no secret"
ROWS, SEATS_PER_ROW = 120, 200


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=32)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--warm-up", type=float, default=4)
    options = parser.parse_args()
    with open_house("web", "realtime", "worker", "scheduler") as house:
        tenant, seats = furnish(house)
        print(f"{options.clients} clients for {options.seconds:.0f} s, each holding one seat and paying in cash …")
        run = asyncio.run(sell(house, tenant, seats, options.clients, options.warm_up, options.seconds))
        check(house, tenant)
        ceiling = measure_ceiling(house, tenant, options.clients)
    report(run, ceiling, options.clients)


def furnish(house: House) -> tuple[Tenant, list[UUID]]:
    """A Venezuelan tenant in order with the tax office, a cashier, and an event of 24,000 numbered seats in VES."""
    app = create_app(house.settings)
    with app.app_context():
        now = utcnow()
        tenant = open_tenant(house.settings, slug=SLUG, name="Bench", country="VE", now=now)
        with control_transaction() as session:
            team.ensure_member(
                session, tenant=tenant, email=EMAIL, name="Cashier", role="cashier", password=PASSWORD, now=now
            )
        with tenant_transaction(tenant) as session:
            session.query(FiscalProfile).update({"tax_id": "J-50000001-4", "address": "Caracas"})
            session.add(
                ControlRange(
                    id=new_id(),
                    identifier=0,
                    first=1,
                    last=9_000_000,
                    next=1,
                    printer_name="Imprenta",
                    printer_tax_id="J-30984132-7",
                    authorisation="SENIAT/04/00127",
                    authorised_on=now.date(),
                    made_on=now.date(),
                    created_at=now,
                )
            )
            event = events.create_event(
                session,
                principal=SYSTEM,
                name="Bench",
                kind="numbered",
                starts_at=now + timedelta(days=9),
                currency="VES",
                now=now,
            )
            events.create_zone(
                session,
                principal=SYSTEM,
                event_id=event.id,
                name="Patio",
                kind="numbered",
                base_price=250_00,
                rows=ROWS,
                seats_per_row=SEATS_PER_ROW,
                now=now,
            )
            events.publish_event(session, principal=SYSTEM, event_id=event.id, now=now)
            seats = list(session.scalars(text("SELECT id FROM place ORDER BY ordinal")))
            session.execute(text("ANALYZE"))
    return tenant, seats


async def sell(
    house: House, tenant: Tenant, seats: list[UUID], clients: int, warm_up: float, seconds: float
) -> dict[str, object]:
    """Let the clients sell until the time is over. The warm-up is not counted."""
    host = f"{tenant.slug}.{house.settings.base_domain}"
    door = await Wire("127.0.0.1", house.port, {"Host": host}).open()
    status, body = await door.request(
        "POST", "/api/v1/auth/login", {"tenant": SLUG, "email": EMAIL, "password": PASSWORD}
    )
    assert status == 200, body
    headers = {"Host": host, "Authorization": f"Bearer {orjson.loads(body)['access_token']}"}
    waiting = iter(seats)
    holds: list[float] = []
    confirms: list[float] = []
    started = time.perf_counter()
    counted_from = started + warm_up
    stop = counted_from + seconds

    async def client() -> None:
        wire = await Wire("127.0.0.1", house.port, headers).open()
        while (begun := time.perf_counter()) < stop:
            seat = next(waiting)
            status, body = await wire.request("POST", "/api/v1/sales", {"items": [{"place_id": str(seat)}]})
            held = time.perf_counter()
            assert status == 201, body
            sale = orjson.loads(body)
            cash = {"method": "cash", "amount": sale["total"], "currency": sale["currency"]}
            status, body = await wire.request(
                "POST", f"/api/v1/sales/{sale['id']}/confirm", {"payments": [cash]}, Idempotency_Key=sale["id"]
            )
            done = time.perf_counter()
            assert status == 200, body
            if begun >= counted_from:
                holds.append(held - begun)
                confirms.append(done - held)
        wire.close()

    async def watch() -> dict[str, float]:
        await asyncio.sleep(warm_up)
        before = house.cpu_seconds()
        await asyncio.sleep(seconds)
        return {name: used - before[name] for name, used in house.cpu_seconds().items()}

    cpu, *_ = await asyncio.gather(watch(), *(client() for _ in range(clients)))
    elapsed = time.perf_counter() - counted_from
    return {"sales": len(confirms), "seconds": elapsed, "holds": holds, "confirms": confirms, "cpu": cpu}


def check(house: House, tenant: Tenant) -> None:
    """A fast sale is worth nothing if it is not a right one."""
    with create_app(house.settings).app_context(), tenant_transaction(tenant) as session:
        row = session.execute(
            text(
                """SELECT (SELECT count(*) FROM sale WHERE state = 'confirmed') AS sales,
                (SELECT count(*) FROM place WHERE state = 'sold') AS places,
                (SELECT count(*) FROM ticket) AS tickets, (SELECT count(*) FROM fiscal_document) AS documents,
                (SELECT max(number) FROM fiscal_document) AS last_number,
                (SELECT sum(amount) FROM payment_entry) AS paid, (SELECT sum(total) FROM sale WHERE paid > 0) AS owed"""
            )
        ).one()
    assert len({row.sales, row.places, row.tickets, row.documents, row.last_number}) == 1, row
    assert row.paid == row.owed, row


def measure_ceiling(house: House, tenant: Tenant, clients: int) -> float:
    """Sales a second that pgbench writes by itself, with the same rows, commits and cores."""
    script = house.settings.data_dir / "ceiling.sql"
    script.write_text(SCRIPT.replace("t_tenant", tenant.schema))
    prepare_ceiling(house.settings.admin_url(), tenant.schema)
    command = [house.postgres.bin_dir / "pgbench", "-n", "-M", "prepared", "-c", str(clients), "-j", "2", "-T", "10"]
    login = house.settings.login_url("taquilla_app").replace("+psycopg", "")
    done = subprocess.run([*command, "-f", script, login], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    found = re.search(r"tps = ([\d.]+)", done.stdout)
    assert found, done.stdout
    return float(found[1])


def report(run: dict, ceiling: float, clients: int) -> None:
    rate = run["sales"] / run["seconds"]
    per_sale = {name: round(used * 1000 / run["sales"], 2) for name, used in run["cpu"].items()}
    served = sum(cost for name, cost in per_sale.items() if name != "load")
    figures = {
        "clients": clients,
        "sales_per_second": round(rate, 1),
        "hold": spread_ms(run["holds"]),
        "confirm": spread_ms(run["confirms"]),
        "cpu_ms_per_sale": per_sale | {"all": round(served, 2), "all_with_load": round(sum(per_sale.values()), 2)},
        "pgbench_sales_per_second": round(ceiling, 1),
        "ratio_to_pgbench": round(rate / ceiling, 3),
    }
    print_table(
        "sales",
        [
            {
                "sales/s": figures["sales_per_second"],
                "ceiling/s": figures["pgbench_sales_per_second"],
                "ratio": figures["ratio_to_pgbench"],
                "cpu ms/sale": figures["cpu_ms_per_sale"]["all"],
            }
        ],
    )
    print_table("requests", [{"request": "hold"} | figures["hold"], {"request": "confirm"} | figures["confirm"]])
    print_table("cpu, ms a sale", [per_sale])
    write_result("sales", figures)


if __name__ == "__main__":
    main()
