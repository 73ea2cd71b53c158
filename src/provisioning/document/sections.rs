//! What a document has besides accounts: a part that cannot be used is ignored with a remark.

use std::collections::BTreeSet;

use serde::Deserialize as _;
use url::Url;

use super::account::Account;
use super::reader::{Reader, or_remark};
use super::{
    Complaint, Disable, Features, MAX_REFRESH, MIN_REFRESH, Pairing, Policy, Remark, Service,
    USUAL_REFRESH, text,
};
use crate::model::account::AccountKind;
use crate::model::address;
use crate::model::dialing::{self, Dialing, MAX_LISTED};
use crate::model::feature::{Feature, Match, Protocol, Rule};
use crate::model::id::AccountId;
use crate::model::telephony::Strangers;

type Remarks = Vec<Remark>;
type Unknown = Vec<String>;

pub(super) fn service(root: &Reader<'_>, remarks: &mut Remarks, unknown: &mut Unknown) -> Service {
    let Some(service) = or_remark(root.object("service"), remarks) else {
        return Service::default();
    };
    service.only(&["name", "support", "refresh"], unknown);
    let refresh = or_remark(service.number("refresh", 0..=u64::MAX), remarks);
    Service {
        name: or_remark(service.text("name"), remarks).and_then(text::label),
        support: or_remark(service.parsed("support", text::https), remarks),
        refresh: refresh.unwrap_or(USUAL_REFRESH).clamp(MIN_REFRESH, MAX_REFRESH),
    }
}

fn is(accounts: &[Account], id: &str, kind: AccountKind) -> bool {
    accounts.iter().any(|account| account.id() == id && account.kind() == kind)
}

/// A list of objects; what is none of them is ignored with a remark.
fn objects<'a>(root: &Reader<'a>, key: &str, remarks: &mut Remarks) -> Vec<Reader<'a>> {
    let listed = or_remark(root.objects(key), remarks);
    let read = listed.into_iter().filter_map(|item| match item {
        Ok(item) => Some(item),
        Err(complaint) => {
            remarks.push(Remark::ignored(complaint));
            None
        }
    });
    read.collect()
}

pub(super) fn relations(
    root: &Reader<'_>,
    accounts: &[Account],
    remarks: &mut Remarks,
    unknown: &mut Unknown,
) -> Vec<Pairing> {
    let mut taken = BTreeSet::new();
    let mut all = Vec::new();
    for item in objects(root, "relations", remarks) {
        item.only(&["xmpp", "sip", "domains"], unknown);
        let read = relation(&item, accounts).and_then(|pairing| {
            for (key, id) in [("xmpp", &pairing.xmpp), ("sip", &pairing.sip)] {
                if taken.contains(id) {
                    return Err(item.complain(key, "is in another relation already"));
                }
            }
            taken.extend([pairing.xmpp.clone(), pairing.sip.clone()]);
            Ok(Some(pairing))
        });
        all.extend(or_remark(read, remarks));
    }
    all
}

fn relation(item: &Reader<'_>, accounts: &[Account]) -> Result<Pairing, Complaint> {
    let side = |key: &str, kind: AccountKind| {
        item.needed(key, |id| {
            let known = is(accounts, id, kind).then(|| id.to_owned());
            known.ok_or_else(|| format!("names no {} account", kind.label().to_lowercase()))
        })
    };
    let domains = item.texts("domains", dialing::domain)?;
    if domains.len() > MAX_LISTED {
        return Err(item.complain("domains", format!("has more than {MAX_LISTED} entries")));
    }
    Ok(Pairing {
        xmpp: side("xmpp", AccountKind::Xmpp)?,
        sip: side("sip", AccountKind::Sip)?,
        domains,
    })
}

const FEATURES: [(&str, Feature); 8] = [
    ("chat", Feature::Chat),
    ("groupchat", Feature::Groupchat),
    ("presence", Feature::Presence),
    ("files", Feature::Files),
    ("audio", Feature::Audio),
    ("video", Feature::Video),
    ("conference", Feature::Conference),
    ("screen", Feature::Screen),
];
const PROTOCOLS: [(&str, Protocol); 2] = [("xmpp", Protocol::Xmpp), ("sip", Protocol::Sip)];

fn feature(name: &str) -> Result<Feature, String> {
    let found = FEATURES.iter().find(|(known, _)| *known == name);
    found.map(|(_, feature)| *feature).ok_or_else(|| {
        let names: Vec<&str> = FEATURES.iter().map(|(name, _)| *name).collect();
        format!("must be one of {}", names.join(", "))
    })
}

pub(super) fn features(
    root: &Reader<'_>,
    accounts: &[Account],
    remarks: &mut Remarks,
    unknown: &mut Unknown,
) -> Features {
    let Some(features) = or_remark(root.object("features"), remarks) else {
        return Features::default();
    };
    features.only(&["defaults", "disable", "overrides"], unknown);
    let mut all = Features::default();
    if let Some(defaults) = or_remark(features.object("defaults"), remarks) {
        defaults.only(&FEATURES.map(|(name, _)| name), unknown);
        for (name, feature) in FEATURES {
            let protocol = or_remark(defaults.word(name, &PROTOCOLS), remarks);
            let rule = |protocol| Rule { with: None, feature, protocol, account: None };
            all.defaults.extend(protocol.map(rule));
        }
    }
    for item in objects(&features, "disable", remarks) {
        item.only(&["account", "features", "lock"], unknown);
        all.disable.extend(or_remark(disable(&item, accounts), remarks));
    }
    for item in objects(&features, "overrides", remarks) {
        item.only(&["match", "feature", "protocol", "account"], unknown);
        all.overrides.extend(or_remark(override_(&item, accounts, unknown).map(Some), remarks));
    }
    all
}

fn disable(item: &Reader<'_>, accounts: &[Account]) -> Result<Vec<Disable>, Complaint> {
    let account = item.needed("account", |id| known(id, accounts))?;
    let lock = item.flag("lock")?.unwrap_or(false);
    let features: BTreeSet<Feature> = item.texts("features", feature)?.into_iter().collect();
    let one = |feature| Disable { account: account.clone(), feature, lock };
    Ok(features.into_iter().map(one).collect())
}

fn known(id: &str, accounts: &[Account]) -> Result<String, &'static str> {
    let found = accounts.iter().any(|account| account.id() == id);
    if found { Ok(id.to_owned()) } else { Err("names no account") }
}

fn override_(
    item: &Reader<'_>,
    accounts: &[Account],
    unknown: &mut Unknown,
) -> Result<Rule, Complaint> {
    let missing = |key: &str| item.complain(key, "is missing");
    let matching = item.object("match")?.ok_or_else(|| missing("match"))?;
    matching.only(&["device", "contact", "domain", "account"], unknown);
    let name = |text: &str| {
        let name = text.trim();
        let clean = !name.chars().any(address::is_forbidden);
        let fits = !name.is_empty() && name.len() <= 512 && clean;
        if fits { Ok(name.to_owned()) } else { Err("must be an address") }
    };
    let with = [
        matching.parsed("device", name)?.map(Match::Device),
        matching.parsed("contact", name)?.map(Match::Contact),
        matching.parsed("domain", dialing::domain)?.map(Match::Domain),
        matching
            .parsed("account", |id| known(id, accounts))?
            .map(|id| Match::Account(AccountId::new(id))),
    ];
    let mut with: Vec<Match> = with.into_iter().flatten().collect();
    if with.len() != 1 {
        return Err(item.complain("match", "must name one of device, contact, domain, account"));
    }
    Ok(Rule {
        with: with.pop(),
        feature: item.needed("feature", feature)?,
        protocol: item.word("protocol", &PROTOCOLS)?.ok_or_else(|| missing("protocol"))?,
        account: item.parsed("account", |id| known(id, accounts))?.map(AccountId::new),
    })
}

pub(super) fn policy(root: &Reader<'_>, remarks: &mut Remarks, unknown: &mut Unknown) -> Policy {
    let Some(policy) = or_remark(root.object("policy"), remarks) else {
        return Policy::default();
    };
    policy.only(
        &[
            "both_or_none",
            "delay_xmpp",
            "video_gate",
            "send_call_info",
            "accept_strangers",
            "muc_same_domain",
        ],
        unknown,
    );
    let mut flag = |key: &str| or_remark(policy.flag(key), remarks);
    let (both_or_none, delay_xmpp) = (flag("both_or_none"), flag("delay_xmpp"));
    let (video_gate, send_call_info) = (flag("video_gate"), flag("send_call_info"));
    let muc_same_domain = flag("muc_same_domain");
    let words = [("all", Strangers::Accept), ("ask", Strangers::Ask), ("none", Strangers::Refuse)];
    Policy {
        both_or_none,
        delay_xmpp,
        video_gate,
        send_call_info,
        accept_strangers: or_remark(policy.word("accept_strangers", &words), remarks),
        muc_same_domain,
    }
}

/// All of it or nothing: of rules of which the first that fits counts none can be left out.
pub(super) fn dialing(root: &Reader<'_>, remarks: &mut Remarks) -> Dialing {
    let Some(value) = root.value("dialing") else { return Dialing::default() };
    let read = Dialing::deserialize(value)
        .map_err(|error| Complaint::new("dialing", format!("cannot be read: {error}")));
    or_remark(read, remarks)
}

pub(super) fn directory(
    root: &Reader<'_>,
    remarks: &mut Remarks,
    unknown: &mut Unknown,
) -> Vec<Url> {
    let mut all = Vec::new();
    for item in objects(root, "directory", remarks) {
        item.only(&["kind", "url", "trusted"], unknown);
        let read = item.word("kind", &[("carddav", ())]).and_then(|kind| {
            kind.ok_or_else(|| item.complain("kind", "is missing"))?;
            item.flag("trusted")?;
            item.needed("url", text::https).map(Some)
        });
        all.extend(or_remark(read, remarks));
    }
    all
}
