"""Who is in the demo: five organisations in five countries, and the people who sign in to them."""

from __future__ import annotations

from dataclasses import dataclass

PASSWORD = "taquilla-demo"  # noqa: S105 - it is printed for everybody


@dataclass(frozen=True, slots=True)
class Person:
    email: str
    name: str
    role: str


@dataclass(frozen=True, slots=True)
class Organisation:
    """currencies: the first is that of the books. The first of its people is the owner."""

    slug: str
    name: str
    country: str
    currencies: tuple[str, ...]
    people: tuple[Person, ...]


THEATRE = Organisation(
    "teatro",
    "Teatro de la Ciudad",
    "VE",
    ("VES", "USD"),
    (
        Person("admin@teatro.test", "Valentina Rojas", "owner"),
        Person("caja@teatro.test", "Luis Carreño", "cashier"),
    ),
)
ORGANISATIONS = (
    THEATRE,
    Organisation(
        "harare", "Harare Gardens Live", "ZW", ("USD", "ZWG"), (Person("admin@harare.test", "Tariro Moyo", "owner"),)
    ),
    Organisation(
        "nairobi", "Nairobi Nights", "KE", ("KES",), (Person("admin@nairobi.test", "Wanjiru Kamau", "owner"),)
    ),
    Organisation(
        "spaza",
        "Thandi's Spaza",
        "ZA",
        ("ZAR",),
        (
            Person("admin@spaza.test", "Thandi Dlamini", "owner"),
            Person("till@spaza.test", "Sipho Nkosi", "cashier"),
        ),
    ),
    Organisation(
        "gas",
        "Lion City Gas",
        "SG",
        ("SGD",),
        (
            Person("admin@gas.test", "Mei Lin Tan", "owner"),
            Person("driver@gas.test", "Ravi Kumar", "driver"),
        ),
    ),
)
