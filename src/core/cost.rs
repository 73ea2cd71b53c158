//! What a call costs, and what the user is told before (CUSAX C56–C59, C67). Pure: from what the
//! provider's rules say, else from the form of the address.

use super::command::{Cue, CueKind};
use crate::model::address::{self, AddressKey, Aor, DialPlan, Dialable};
use crate::model::dialing::{Confirm, CostClass, CostRule, Dialing};

#[cfg(test)]
mod tests;

/// Who named the address that is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Named {
    /// The user: typed, chosen, clicked on.
    User,
    /// A contact's card (C67: it never leads to a call that costs or does harm unasked).
    Card,
    /// The other side of a call: where it is sent on or transferred to (C59).
    Peer,
    /// The user, for calls that go there by themselves.
    Rule,
    /// A message, a web page, another program: a link or a number in it.
    Link,
}

impl Named {
    /// Whether what the user has agreed to before counts.
    fn is_own_wish(self) -> bool {
        matches!(self, Self::User | Self::Card)
    }
}

/// What is known of a call before it goes out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Assessment {
    /// What it costs, roughly.
    pub class: CostClass,
    /// Whether to ask, and what an answer is good for.
    pub question: Question,
    /// What the user is told when asked.
    pub cues: Vec<Cue>,
    /// Why it cannot be made at all.
    pub blocked: Option<String>,
}

/// Whether the user is asked before a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Question {
    /// No.
    Never,
    /// Unless they do not want to be asked about this class any more.
    UntilSettled,
    /// Unless that, or they have agreed to calling this very address before.
    Once,
    /// Unless they have agreed to calling this very address before.
    OnceEach,
    /// Every time.
    Always,
}

impl Assessment {
    /// Whether the user may say that they do not want to be asked any more.
    pub fn may_settle(&self) -> bool {
        matches!(self.question, Question::UntilSettled | Question::Once)
    }
}

/// Digits from which on a user part is taken for a telephone number: fewer are an extension.
const NUMBER_DIGITS: usize = 7;
/// Digits behind a country code that a rule must name for it to say what a number costs that is
/// known to cost more than usual: "all of the country" is not meant to cover it.
const DEAR_DIGITS: usize = 3;

/// What is known of a call to `target`, dialled by `plan`, before it goes out.
pub(super) fn assess(
    target: &Dialable,
    plan: &DialPlan,
    dialing: &Dialing,
    named: Named,
) -> Assessment {
    let form = Form::of(target, plan);
    if form.class == CostClass::Emergency {
        return emergency(&form, named);
    }
    let rule = dialing.cost_rules.iter().find(|rule| form.is_told_by(rule));
    let class = rule.map_or(form.class, |rule| rule.class);
    let question = question(rule, &form, class, named);
    let note = rule.and_then(|rule| rule.note.clone());
    let text = note.unwrap_or_else(|| form.words(class, plan));
    let text = match named {
        Named::Link => format!("A link or another program asks for this call. {text}"),
        _ => text,
    };
    let may_settle = matches!(question, Question::UntilSettled | Question::Once);
    let cue = |kind, text| Cue { kind, class: Some(class), text, may_settle };
    let mut cues = vec![cue(form.kind(), text)];
    if form.leaves_with_number() {
        cues.push(cue(CueKind::InterDomain, form.leaving(plan)));
    }
    let texts = || form.texts.iter().chain(&form.number_elsewhere);
    let refusal =
        dialing.blocked.iter().find(|blocked| texts().any(|text| blocked.pattern.fits(text)));
    let blocked = refusal.map(|blocked| {
        let shown = &form.shown;
        let usual = || format!("Your provider does not reach {shown}.");
        blocked.reason.clone().unwrap_or_else(usual)
    });
    Assessment { class, question, cues, blocked }
}

/// A call for help: at once when the user dials it, whatever anybody says of cost; when somebody
/// else leads there, the user is asked.
fn emergency(form: &Form, named: Named) -> Assessment {
    let number = &form.shown;
    let text = match named {
        Named::User | Named::Rule => format!("{number} is an emergency number."),
        Named::Card => format!("The contact card leads to an emergency number: {number}."),
        Named::Peer => format!("The other side leads to an emergency number: {number}."),
        Named::Link => format!("A link or another program calls an emergency number: {number}."),
    };
    let class = CostClass::Emergency;
    let question = if named == Named::User { Question::Never } else { Question::Always };
    let cues = vec![Cue { kind: CueKind::Pstn, class: Some(class), text, may_settle: false }];
    Assessment { class, question, cues, blocked: None }
}

/// Whether the user is asked.
fn question(rule: Option<&CostRule>, form: &Form, class: CostClass, named: Named) -> Question {
    let confirm = rule.and_then(|rule| rule.confirm);
    let is_others = matches!(named, Named::Peer | Named::Link);
    match class {
        CostClass::Premium | CostClass::Emergency => Question::Always,
        CostClass::Free if is_others && form.elsewhere.is_some() => Question::Always,
        CostClass::Free | CostClass::Internal => match confirm {
            None | Some(Confirm::Never) => Question::Never,
            Some(Confirm::First) if named.is_own_wish() => Question::OnceEach,
            Some(Confirm::First | Confirm::Always) => Question::Always,
        },
        CostClass::Pstn | CostClass::OtherDomain | CostClass::Unknown => match confirm {
            Some(Confirm::Always) => Question::Always,
            // Nobody else makes a call that may cost or leaves the provider, whatever was agreed.
            _ if is_others => Question::Always,
            Some(Confirm::Never) => Question::Never,
            _ if named == Named::Rule => Question::Always,
            // What it costs is not known: a card could name anything.
            _ if named == Named::Card && !form.is_sure => Question::Always,
            _ if rule.is_some() => Question::Once,
            _ => Question::UntilSettled,
        },
    }
}

/// What the form of an address says.
#[derive(Debug)]
struct Form {
    class: CostClass,
    /// Whether it is known which number or user is reached by it.
    is_sure: bool,
    /// It is, or stands for, a telephone number or a code.
    is_number: bool,
    /// For people.
    shown: String,
    /// What rules are compared with.
    texts: Vec<String>,
    /// A number that is not dialled through the own provider, whose tariff says nothing of it.
    number_elsewhere: Option<String>,
    /// The domain it leads to, when that is not the own service.
    elsewhere: Option<String>,
}

impl Form {
    fn of(target: &Dialable, plan: &DialPlan) -> Self {
        let elsewhere = target.host().filter(|host| !plan.is_own(host));
        match &target.key {
            AddressKey::Phone(number) => {
                let number = without_extension(number);
                let at = elsewhere.as_ref().map(|host| sip_text(number, host));
                let number_elsewhere = at.is_some().then(|| number.to_owned());
                Self {
                    class: dear_or(number, CostClass::Pstn),
                    is_sure: true,
                    is_number: true,
                    shown: number.to_owned(),
                    texts: vec![at.unwrap_or_else(|| number.to_owned())],
                    number_elsewhere,
                    elsewhere,
                }
            }
            AddressKey::Sip(aor) if elsewhere.is_none() => Self::own(aor, target, plan),
            AddressKey::Sip(aor) => Self {
                class: CostClass::OtherDomain,
                is_sure: true,
                is_number: false,
                shown: aor.host().to_owned(),
                texts: vec![sip_text(aor.user(), aor.host())],
                number_elsewhere: None,
                elsewhere,
            },
            AddressKey::Local { digits, context } => {
                let number = without_extension(digits);
                let is_emergency = plan.is_emergency(number);
                Self {
                    class: if is_emergency { CostClass::Emergency } else { CostClass::Pstn },
                    is_sure: false,
                    is_number: true,
                    shown: number.to_owned(),
                    texts: vec![sip_text(number, context.as_deref().unwrap_or_default())],
                    number_elsewhere: None,
                    elsewhere,
                }
            }
        }
    }

    /// At the own service: a user, or digits that lead to the telephone network.
    fn own(aor: &Aor, target: &Dialable, plan: &DialPlan) -> Self {
        let user = aor.user();
        let number = number_of(user);
        let reached = plan.reached_by(&number);
        let is_digits = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
        let class = match &reached {
            _ if plan.is_emergency(&number) => CostClass::Emergency,
            Some(reached) => dear_or(reached, CostClass::Pstn),
            None if plan.is_dear_code(&number) => CostClass::Premium,
            None if is_digits && number.len() >= NUMBER_DIGITS => CostClass::Pstn,
            None if is_code(user) => CostClass::Unknown,
            None if target.says_telephone() || user.starts_with('+') => CostClass::Pstn,
            None => CostClass::Internal,
        };
        let text = sip_text(user, aor.host());
        Self {
            class,
            is_sure: reached.is_some() || class == CostClass::Internal,
            is_number: class != CostClass::Internal,
            shown: if class == CostClass::Emergency { number } else { user.to_owned() },
            texts: reached.into_iter().chain([text]).collect(),
            number_elsewhere: None,
            elsewhere: None,
        }
    }

    /// Whether a rule says what this costs. One about all users of a domain speaks of people, not
    /// of the numbers that are dialled there, and one about all numbers of a country not of those
    /// that are known to cost more.
    fn is_told_by(&self, rule: &CostRule) -> bool {
        let pattern = &rule.pattern;
        let is_dear = self.class == CostClass::Premium && rule.class != CostClass::Premium;
        self.texts.iter().filter(|text| pattern.fits(text)).any(|text| {
            let is_number = text.starts_with('+');
            match is_number {
                true if is_dear => {
                    pattern.leading_digits() >= address::code_digits(text) + DEAR_DIGITS
                }
                true => true,
                false => !self.is_number || pattern.names_users(),
            }
        })
    }

    fn kind(&self) -> CueKind {
        if self.elsewhere.is_some() && !self.is_number {
            CueKind::InterDomain
        } else {
            CueKind::Pstn
        }
    }

    /// A telephone number that is not dialled through the own provider.
    fn leaves_with_number(&self) -> bool {
        self.elsewhere.is_some() && self.is_number
    }

    fn leaving(&self, plan: &DialPlan) -> String {
        let own = plan.provider_domain.as_deref().unwrap_or("your provider");
        let host = self.elsewhere.as_deref().unwrap_or_default();
        format!("{host} is outside {own}. Your provider may not carry this call, or may charge it.")
    }

    /// What the user is told where the provider has no words of its own.
    fn words(&self, class: CostClass, plan: &DialPlan) -> String {
        let shown = &self.shown;
        let is_e164 = self.texts.iter().chain([shown]).any(|text| text.starts_with('+'));
        match class {
            CostClass::Premium => format!(
                "Calls to {shown} are known to cost more than a usual call, perhaps much more."
            ),
            CostClass::Free | CostClass::Internal => format!("You are about to call {shown}."),
            _ if self.elsewhere.is_some() && !self.is_number => self.leaving(plan),
            _ if is_e164 => {
                format!("{shown} is a telephone number. Your provider may charge this call.")
            }
            _ if self.is_number => format!(
                "{shown} looks like a telephone number or a code of your provider, which may charge \
                 this call or change your settings."
            ),
            _ => format!("Your provider may charge calls to {shown}."),
        }
    }
}

fn dear_or(number: &str, usual: CostClass) -> CostClass {
    if address::is_dear(number) { CostClass::Premium } else { usual }
}

fn sip_text(user: &str, host: &str) -> String {
    let host = if host.contains(':') { format!("[{host}]") } else { host.to_owned() };
    format!("sip:{user}@{host}")
}

fn without_extension(number: &str) -> &str {
    number.split(';').next().unwrap_or_default()
}

/// The number that a user part may stand for: without parameters and the marks that are there
/// for people only. Servers read it so.
fn number_of(user: &str) -> String {
    without_extension(user).chars().filter(|c| !"-.() /".contains(*c)).collect()
}

/// Whether a user part is one of the provider's service codes (`*21*…`: call forwarding).
fn is_code(user: &str) -> bool {
    let code = without_extension(user);
    code.contains(['*', '#']) && code.chars().all(|c| c.is_ascii_digit() || "+*#-.() /".contains(c))
}
