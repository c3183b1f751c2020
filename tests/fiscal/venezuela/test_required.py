from saas.fiscal.venezuela.required import missing_fields

from .vectors import each


@each("required_fields")
def test_a_document_names_what_it_lacks(vector):
    missing = missing_fields(
        vector["present"],
        vector["medium"],
        vector["kind"],
        in_foreign_currency=vector["expressed_in_foreign_currency"],
    )

    assert missing == vector["expected_missing"]
