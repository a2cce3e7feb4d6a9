"""One person under several ids breaks no rule; an id that leads nowhere does."""


def under_another_id(rows, table, user, device):
    for row in rows[table]:
        if row["user_id"] == user:
            row["user_id"] = device


def test_a_person_applies_is_awarded_and_reports_under_any_of_their_ids(
    clean, deliver, check, broken_rules
):
    for device, table in (("card-1", "applications"), ("card-2", "awards"), ("card-3", "reports")):
        under_another_id(clean, table, "u0", device)
        clean["identities"].append({"raw_id": device, "user_id": "u0"})

    assert broken_rules(check(deliver(clean))) == {}


def test_an_id_that_leads_to_nobody_is_refused_and_so_is_whoever_did_not_apply(
    clean, deliver, check, broken_rules
):
    under_another_id(clean, "events", "u0", "nowhere")
    clean["identities"].append({"raw_id": "card-9", "user_id": "u9"})
    under_another_id(clean, "awards", "u1", "card-9")
    clean["users"].append({**clean["users"][0], "user_id": "u9", "household_id": ""})

    refused = broken_rules(check(deliver(clean)))

    rules = {
        rule for (table, _, _), rules in refused.items() for rule in rules if table == "events"
    }
    assert rules == {"user_id.references"}
    ((_, rules),) = [item for item in refused.items() if item[0][0] == "awards"]
    assert rules == ["award.to_applicant"]
