//! What the names of columns and tables say: words, each with what it is worth for a role.

/// Words of names, each with what it is worth for a role.
pub(super) type Words = &'static str;

pub(super) const STREAM: Words = "stream 5, streamid 6, aggregateid 6, aggregate 3, originator 5, persistence 6, entity 4, subject 4, \
    uuid 2, sourceid 3, aggregator 5, instance 5, inst 5, workflow 4, process 3, item 3, object 3, obj 3, \
    tags 3, key 1, root 2, id 1, pk 1, parent -4, repr -4, transaction -4, revision -4, rev -4, version -4, \
    seq -4, sequence -4, offset -6, partition -6, causation -6, \
    correlation -6";
pub(super) const VERSION: Words = "version 6, eventnumber 6, playhead 8, revision 6, rev 6, sequence 5, seq 4, counter 4, position 3, number 2, nr 2, \
    no 2, transaction 3, function 3, commit -3, offset -4, end -4, hash -5, partition -5";
pub(super) const POSITION: Words = "global 7, ordering 7, checkpoint 6, pos 5, position 4, offset 5, seq 4, sequence 2, no 3, id 2, \
    index 2, pk 2, nr 2, number 1, internal -4";
pub(super) const TYPE: Words = "type 5, topic 5, reason 5, kind 5, action 5, operation 5, class 4, name 4, op 4, label 4, \
    function 4, event 3, manifest 3, message 2, user -3, tag -6, tags -6";
pub(super) const PAYLOAD: Words = "payload 8, data 6, body 6, content 6, properties 5, serialized 5, changes 5, state 4, document 4, \
    object 4, args 4, output 4, attributes 4, json 3, event 2, message 2, aggregate -3, repr -3, error -4";
pub(super) const METADATA: Words = "metadata 8, meta 7, headers 7, header 5, context 4, custom 1";
pub(super) const TIME: Words = "timestamp 8, ts 7, occurred 7, recorded 6, created 5, inserted 5, issued 5, added 5, time 5, \
    date 5, stamp 5, published 4, started 4, at 2, on 2, utc 2, write 1, end -3, completed -3, \
    expires -6, expire -6, expiry -6, due -4, until -6, retention -6";
pub(super) const CATEGORY: Words =
    "category 8, aggregatetype 8, streamtype 8, entitytype 8, itemtype 6, aggregatename 5";
pub(super) const ID: Words = "id 3, uuid 5, guid 5, eventid 8, messageid 8, uid 4";

/// How well a name says that a column has a role.
pub(super) fn names(role: Words, name: &str) -> f64 {
    let words = words(name);
    let all = || role.split(", ").filter_map(|entry| entry.split_once(' '));
    let all = || all().filter_map(|(word, worth)| Some((word, worth.parse::<f64>().ok()?)));
    let worth = |word: &str| all().find(|(own, _)| *own == word).map_or(0.0, |(_, worth)| worth);
    let together: f64 = words.iter().map(|word| worth(word)).sum();
    let parts = together / (1.0 + 0.15 * (words.len().max(1) - 1) as f64);
    // `eventtype` is one word, with the role's at its end.
    let ending = match words.as_slice() {
        [word] => {
            let ends = all().filter(|(own, _)| own.len() > 3 && word.len() > own.len() && word.ends_with(own));
            ends.map(|(_, worth)| worth * 0.9).fold(0.0, f64::max)
        }
        _ => 0.0,
    };
    let whole = worth(&words.concat()).max(ending);
    if whole > 0.0 { whole.max(parts) } else { parts }
}

/// The words of a name: `streamPosition` and `stream_position` have two.
pub(super) fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before = ' ';
    for c in name.chars() {
        let begins = c.is_uppercase() && (before.is_lowercase() || before.is_ascii_digit());
        if begins || !c.is_alphanumeric() {
            words.push(String::new());
        }
        if c.is_alphanumeric() {
            words.last_mut().into_iter().for_each(|word| word.extend(c.to_lowercase()));
        }
        before = c;
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Columns of such names say when a row was made and when it was last changed: an event is not.
pub(super) fn tell_of_changes<'n>(names: impl Iterator<Item = &'n str>) -> bool {
    let first: Vec<String> = names.filter_map(|name| words(name).into_iter().next()).collect();
    let has = |all: &[&str]| first.iter().any(|word| all.contains(&word.as_str()));
    has(&["created", "createdat", "inserted"]) && has(&["updated", "updatedat", "modified", "modifiedat"])
}

/// The name is that of whom a row belongs to, beside what it is about.
pub(super) fn is_tenant(name: &str) -> bool {
    let words = words(name);
    matches!(words.first().map(String::as_str), Some("tenant" | "tenantid" | "tenantname" | "tenantkey"))
}

/// Of `order_id` what it is the id of: `order`. An event's own is none.
pub(super) fn whose_id(name: &str) -> Option<String> {
    let words = words(name);
    let whose = match words.as_slice() {
        [whose @ .., id] if id == "id" && !whose.is_empty() => whose.concat(),
        [word] => word.strip_suffix("id").filter(|whose| whose.len() > 2)?.to_owned(),
        _ => return None,
    };
    (!matches!(whose.as_str(), "event" | "message")).then_some(whose)
}

/// The name says that it is a kind of things, `content_type_id`, and not of what happened to them.
pub(super) fn says_kind(name: &str) -> bool {
    let words = words(name);
    let has = |all: &[&str]| words.iter().any(|word| all.contains(&word.as_str()));
    words.len() > 1 && (says_thing(name) || has(&["type", "kind"])) && !has(&["event", "message", "payload", "media"])
}

/// It is a kind of things whatever else is known: `table_name`, `model_class`.
pub(super) fn says_thing(name: &str) -> bool {
    words(name).iter().any(|word| ["class", "model", "entity", "table", "resource"].contains(&word.as_str()))
}

/// The name is that of the kind of things which `whose` names: `order`, `order_type`.
pub(super) fn is_kind_of(name: &str, whose: &str) -> bool {
    let all = words(name).concat();
    let kind = all.strip_prefix(whose);
    matches!(kind, Some("" | "type" | "name" | "kind" | "class"))
}

/// What a table's name is worth; `fits` where its rows count up inside streams.
pub(super) fn table(name: &str, fits: bool) -> f64 {
    let name = name.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| name.contains(word));
    let mut score = 0.0;
    if has(&["event", "journal", "message", "commit", "outbox", "log", "version", "history", "audit", "_aud"]) {
        score += 8.0;
    }
    let others = [
        "projection",
        "token",
        "subscription",
        "checkpoint",
        "migration",
        "bookmark",
        "tracking",
        "_tag",
        "tags",
        "lock",
        "offsets",
        "dead_letter",
    ];
    if has(&["snapshot", "saga"]) {
        score -= if fits { 5.0 } else { 30.0 };
    } else if has(&others) {
        score -= 30.0;
    }
    score
}
