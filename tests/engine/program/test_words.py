"""How a word may go on."""

import keyword

import pytest

from engine.program.words import complete, names_in


@pytest.mark.parametrize(
    ("before", "stem", "word"),
    [
        ("x = torch.rel", "rel", "relu"),
        ("x = torch.", "", "zeros"),
        ("F.cross", "cross", "cross_entropy"),
        ("nn.Lin", "Lin", "Linear"),
        ("torch.nn.functional.gel", "gel", "gelu"),
        ("torch.optim.Ad", "Ad", "AdamW"),
        ("loss.back", "back", "backward"),
        ("(a + b).su", "su", "sum"),
        ("pri", "pri", "print"),
        ("hid", "hid", "hidden"),
        ("imp", "imp", "import"),
    ],
)
def test_words(before: str, stem: str, word: str) -> None:
    found = complete(f"hidden = 1\n{before}", before)
    assert found.stem == stem
    assert word in found.words
    assert all(one.startswith(stem) for one in found.words)


@pytest.mark.parametrize("before", ["# rel", "'torch.re", 'x = "pri'])
def test_nothing_in_comments_and_strings(before: str) -> None:
    assert complete(before, before).words == ()


def test_the_word_being_typed_is_no_candidate() -> None:
    assert "hidd" not in complete("hidd", "hidd").words
    assert names_in("hidd hid", besides="hidd") == {"hid"}


def test_torch_words_exist() -> None:
    import torch

    for owner, space in (
        ("torch.", torch),
        ("F.", torch.nn.functional),
        ("nn.", torch.nn),
        ("torch.optim.", torch.optim),
        ("torch.autograd.", torch.autograd),
    ):
        unknown = [word for word in complete("", owner).words if not hasattr(space, word)]
        assert unknown == []
    module = torch.nn.Linear(1, 1)
    optimizer = torch.optim.SGD(module.parameters())
    known = [torch.ones(1, 1), module, optimizer]
    methods = complete("", "value.").words
    assert [word for word in methods if not any(hasattr(thing, word) for thing in known)] == []
    assert not set(methods) & set(keyword.kwlist)
