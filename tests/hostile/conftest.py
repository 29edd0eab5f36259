"""The bakery and its people, as the tests of the assessment have them."""

from tests.assessment.conftest import (
    at_most,
    bakery,
    edition,
    mail_on,
    maria,
    omar,
    real_edition,
    sam,
)

__all__ = ["at_most", "bakery", "edition", "mail_on", "maria", "omar", "real_edition", "sam"]
