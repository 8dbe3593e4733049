"""Claims are judged by what was written beforehand."""

import copy
from typing import Any

import pytest
from made_results import elementary, encoders

from restored_training.papers.judging import TABLES, judge, read_claims


@pytest.fixture
def claims() -> dict[str, Any]:
    return {claim["id"]: claim for claim in read_claims()[1]}


def test_every_claim_belongs_to_a_table_and_names_figures(claims: dict[str, Any]) -> None:
    assert len(claims) == len(read_claims()[1]), "ids are unique"
    for claim in claims.values():
        assert (claim["paper"], claim["table"]) in TABLES
        assert TABLES[claim["paper"], claim["table"]][1] == claim["experiment"]
        assert claim["figures"]
    assert {(claim["paper"], claim["table"]) for claim in claims.values()} == set(TABLES)


def test_a_gain_is_seen_and_none_is_not(claims: dict[str, Any]) -> None:
    found = judge(claims["ipt-1a"], {"elementary": elementary(0.3)})
    assert found.verdict == "supported"
    assert found.full is not None
    assert found.full.mean == pytest.approx(0.3)
    assert judge(claims["ipt-1b"], {"elementary": elementary(0.3)}).verdict == "not supported", "noise did not gain"
    assert judge(claims["ipt-1a"], {"elementary": elementary(-0.3)}).verdict == "not supported"
    assert judge(claims["ipt-1a"], {}).verdict is None


def test_a_gain_that_turns_with_the_length_is_none(claims: dict[str, Any]) -> None:
    results = elementary(0.3)
    results["psnr half"] = elementary(-0.3)["psnr"]
    assert judge(claims["ipt-1a"], {"elementary": results}).verdict == "not supported"


def test_without_its_half_length_a_claim_has_no_verdict(claims: dict[str, Any]) -> None:
    results = elementary(0.3)
    del results["psnr half"]["lowrank"]
    found = judge(claims["ipt-1a"], {"elementary": results}).to_dict()
    assert found["verdict"] == "no verdict"
    assert found["full"]["mean"] == pytest.approx(0.3)


def test_similarity_needs_the_control(claims: dict[str, Any]) -> None:
    results = elementary(0)
    assert judge(claims["ipt-2"], {"elementary": results}).verdict == "supported"
    control = copy.deepcopy(results)
    control["similarity"]["mix"]["output"] = [0.4] * 3
    assert judge(claims["ipt-2"], {"elementary": control}).verdict == "not supported", "the mix moves it as much"


def test_energy_is_judged_at_the_finest_level(claims: dict[str, Any]) -> None:
    results = elementary(0)
    assert judge(claims["ipt-f2"], {"elementary": results}).verdict == "supported"
    results["energy"]["deblur"][0]["proportional"] = [0.8] * 3
    assert judge(claims["ipt-f2"], {"elementary": results}).verdict == "not supported"


def test_where_the_opposite_holds_is_said(claims: dict[str, Any]) -> None:
    """By the same criterion turned round: a sign that flips with the length shows nothing either way."""
    worse = elementary(-0.3)
    assert judge(claims["ipt-1a"], {"elementary": worse}).opposite
    assert not judge(claims["ipt-1a"], {"elementary": {**worse, "psnr half": elementary(0.3)["psnr"]}}).opposite
    assert not judge(claims["ipt-1a"], {"elementary": elementary(0.3)}).opposite
    assert not judge(claims["ipt-1b"], {"elementary": worse}).opposite, "noise is the same"


def test_what_moves_most_has_to_move_more_than_all_others(claims: dict[str, Any]) -> None:
    results = elementary(0)
    assert judge(claims["ipt-2b"], {"elementary": results}).verdict == "not supported", "resampling moves as little as qkv"
    for task, least in (("denoise", 0.8), ("deblur", 0.7)):
        results["similarity"][task]["resampling"] = [least] * 3
    found = judge(claims["ipt-2b"], {"elementary": results})
    assert found.verdict == "supported"
    assert "deblur: output 0.600 (seeds 0.600 to 0.600), resampling 0.700" in found.facts
    results["similarity"]["deblur"]["qkv"] = [0.99, 0.99, 0.69]
    assert judge(claims["ipt-2b"], {"elementary": results}).verdict == "not supported", "one seed says otherwise"


def test_a_rank_that_is_good_where_it_is_shallow_only_is_not_uniformly_good(claims: dict[str, Any]) -> None:
    def deeper(constant: float, proportional: float) -> dict[str, Any]:
        results = elementary(0)
        for rows in results["energy"].values():
            rows.append({**rows[0], "level": 1, "constant": [constant] * 3, "proportional": [proportional] * 3})
        return {"elementary": results}

    assert judge(claims["ipt-f2b"], deeper(0.8, 0.7)).verdict == "supported"
    assert judge(claims["ipt-f2b"], deeper(0.6, 0.7)).verdict == "not supported"
    assert judge(claims["ipt-f2b"], deeper(0.6, 0.5)).verdict == "not supported", "it falls, and the other one does not"
    assert "denoise: constant 0.90 / 0.60, proportional 0.50 / 0.70" in judge(claims["ipt-f2b"], deeper(0.6, 0.7)).facts


def test_a_model_that_does_not_listen_says_nothing_about_encoders(claims: dict[str, Any]) -> None:
    """A test of likeness that could not have failed is none."""
    deaf = judge(claims["ir-8a"], {"encoders": encoders(0.01, minilm=25.0, use=25.0, bag=25.0)})
    assert deaf.verdict == "not testable at this scale"
    assert "loses 0.01 dB" in deaf.facts
    older = {key: value for key, value in encoders(0.0, minilm=25.0, use=25.0).items() if key != "first"}
    assert judge(claims["ir-8a"], {"encoders": older}).verdict == "not testable at this scale"
    listens = encoders(1.5, minilm=25.0, use=25.0, bag=24.0)
    assert judge(claims["ir-8a"], {"encoders": listens}).verdict == "supported"
    assert judge(claims["ir-8b"], {"encoders": listens}).verdict == "not supported"


def test_a_picture_that_comes_back_changed_was_not_left_alone(claims: dict[str, Any]) -> None:
    def kept(told: float, precise: float) -> dict[str, Any]:
        styles = {"precise": precise, "wrong": told, "untaught": told}
        rows = {f"{task}/{style}": [[value] * 3] * 2 for task in ("derain", "deblur") for style, value in styles.items()}
        return {"encoders": {**encoders(1.5, minilm=25.0), "kept": rows}}

    for name in ("ir-f5b", "ir-f5c"):
        assert judge(claims[name], kept(40.0, 20.0)).verdict == "supported"
        assert judge(claims[name], kept(30.0, 20.0)).verdict == "not supported"
        assert judge(claims[name], kept(40.0, 38.0)).verdict == "not testable at this scale", "it changes nothing anyway"
        assert judge(claims[name], {"encoders": encoders(1.5, minilm=25.0)}).verdict is None
    assert "told so 30.0 (30.0 to 30.0; seeds 30.0, 30.0)" in judge(claims["ir-f5b"], kept(30.0, 20.0)).facts
