"""References to resources, in every style that the platform has."""

import pytest

from gateway.annotation.urls import resource_id


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (None, None),
        ("", None),
        ("https://acme.example.com/api/v1/queues/", None),
        ("https://acme.example.com/api/v1/queues/x7", None),
        ("https://acme.example.com/api/v1/queues/7/content", None),
        ("/" + "1" * 19, None),
        ("/queues/७", None),
        ("x" * 2_100 + "/7", None),
        (-7, None),
        (10**18, None),
        (True, None),
        (7.0, None),
        ([7], None),
        ({}, None),
        ({"id": "7"}, None),
        ({"id": True, "url": None}, None),
        ("https://acme.example.com/api/v1/queues/7", 7),
        ("https://api.example.org/v1/queues/7/", 7),
        ("https://api.example.org/v1/queues/7?page=2", 7),
        (7, 7),
        ({"id": 7}, 7),
        ({"id": None, "url": "/queues/7"}, 7),
        ({"id": 7, "url": "/queues/8"}, 7),
    ],
)
def test_the_id_of_a_resource_is_read_from_whatever_refers_to_it(data, found):
    assert resource_id(data) == found
