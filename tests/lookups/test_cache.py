"""Answers kept for a while."""

from gateway.lookups.cache import Cache


def test_an_answer_is_good_until_its_time_is_over():
    now = [0.0]
    cache: Cache[str] = Cache(10.0, lambda: now[0])
    cache.put("a", "A")

    now[0] = 9.9
    before = cache.get("a")
    now[0] = 10.0

    assert (before, cache.get("a"), cache.get("b")) == ("A", None, None)


def test_of_too_many_the_oldest_goes():
    cache: Cache[int] = Cache(10.0, lambda: 0.0, most=2)
    for key in ("a", "b", "a", "c"):
        cache.put(key, 1)

    assert [cache.get(key) for key in ("a", "b", "c")] == [1, None, 1]


def test_a_large_answer_takes_the_room_of_many():
    cache: Cache[str] = Cache(10.0, lambda: 0.0, most=5)
    for key, weight in (("a", 1), ("b", 1), ("c", 4), ("b", 1)):
        cache.put(key, key, weight)

    assert [cache.get(key) for key in ("a", "b", "c")] == [None, "b", "c"]
    cache.put("d", "d", 6)
    assert cache.get("d") is None


def test_without_a_time_nothing_is_kept():
    cache: Cache[int] = Cache(0.0, lambda: 0.0)
    cache.put("a", 1)

    assert cache.get("a") is None
