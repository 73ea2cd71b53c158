//! The first run in the window: from an address and a password to both accounts.

#![cfg(feature = "gui")]
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "support/driver.rs"]
mod driver;
#[path = "support/window.rs"]
mod window;

use dovetail::core::command::{
    Answers, Command, CommandError, KeepPassword, NewAccounts, ProvisionCommand, Reply,
};
use dovetail::core::snapshot::Snapshot;
use dovetail::demo::Example;
use dovetail::gui::GuiOptions;
use dovetail::gui::app::{Keystroke, Message};
use dovetail::gui::screen::sign_in::by_hand::{Field, PHONE_PASSWORD};
use dovetail::gui::screen::sign_in::{ADDRESS, PASSWORD};
use dovetail::gui::screen::{Go, sidebar};
use dovetail::provisioning::discovery::Source;
use dovetail::provisioning::plan::{Change, Consent, How, Preview, What};
use dovetail::provisioning::status::{Outcome, Problem, ProvisionError};
use dovetail::provisioning::wizard::{Side, Wizard};
use driver::Driver;
use window::snapshot;

fn preview(consents: Vec<Consent>) -> Box<Preview> {
    let change = |text: &str| Change {
        what: What::Account,
        how: How::Added,
        account: None,
        text: text.to_owned(),
    };
    Box::new(Preview {
        id: "shown".to_owned(),
        service: Some("Example Phone".to_owned()),
        host: "prov.example.com".to_owned(),
        url: "https://prov.example.com/d".to_owned(),
        source: Source::Webfinger,
        serial: 1,
        accounts: Vec::new(),
        changes: vec![
            change("Chat: alice@example.com"),
            change("Telephony: sip:alice@example.com"),
        ],
        consents,
        remarks: vec!["relations[1].sip names no telephony account. It was ignored.".to_owned()],
    })
}

fn typed(window: &mut Driver) {
    window.type_into(ADDRESS, "alice@example.com");
    window.type_into(PASSWORD, "sesame-17");
}

fn problem(problem: Problem, text: &str) -> Result<Reply, CommandError> {
    let error = ProvisionError::new(problem, text).at("prov.test");
    Err(CommandError::Provision(Box::new(error)))
}

fn looked_for(command: Command) -> dovetail::core::command::Look {
    match command {
        Command::Provision(ProvisionCommand::Look(look)) => *look,
        other => panic!("{other:?}"),
    }
}

fn answers(command: Command) -> Answers {
    match command {
        Command::Provision(ProvisionCommand::Apply(answers)) => answers,
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_address_and_a_password_are_all_that_is_asked() {
    let mut window = Driver::new(Snapshot::default());
    typed(&mut window);
    assert!(!window.mentions("sesame"), "the password is not shown");
    window.click("Sign in");
    assert!(window.says("Looking for your provider…"));
    let outcome = Outcome::Preview { preview: preview(Vec::new()) };
    let look = looked_for(window.answer(Ok(Reply::Provision(outcome))));
    assert_eq!(look.address.as_deref(), Some("alice@example.com"));
    assert_eq!(look.password.unwrap().0.as_str(), "sesame-17");
    for words in
        ["Example Phone", "prov.example.com", "Chat: alice@example.com", "relations[1].sip"]
    {
        assert!(window.mentions(words), "{words}");
    }
    window.click("Set up");
    let applied = Outcome::Applied { changes: Vec::new() };
    let given = answers(window.answer(Ok(Reply::Provision(applied))));
    let preview = Some("shown".to_owned());
    assert_eq!(given, Answers { preview, keep: KeepPassword::Keyring, ..Answers::default() });
    window.show(snapshot());
    assert!(window.says("Equal protection"));
}

#[test]
fn in_the_demonstration_it_says_what_to_type_and_keeps_nothing() {
    let example =
        Example { address: "alice@cusax.test".to_owned(), password: "alice-demo".to_owned() };
    let options = GuiOptions { example: Some(example), ..GuiOptions::default() };
    let mut window = Driver::opened(Snapshot::default(), options);
    assert!(window.mentions("type alice@cusax.test and the password alice-demo"));
    typed(&mut window);
    window.click("Sign in");
    let outcome = Outcome::Preview { preview: preview(Vec::new()) };
    window.answer(Ok(Reply::Provision(outcome)));
    // Enter is enough where there is nothing to agree to.
    window.key(Keystroke::Enter);
    let applied = Outcome::Applied { changes: Vec::new() };
    let given = answers(window.answer(Ok(Reply::Provision(applied))));
    assert_eq!(given.keep, KeepPassword::Session);
}

#[test]
fn what_is_wrong_is_said_and_a_host_is_confirmed_by_name() {
    let mut window = Driver::sized(Snapshot::default(), 380.0, 960.0);
    typed(&mut window);
    window.click("Sign in");
    window.answer(problem(Problem::Certificate, "The certificate has expired."));
    assert!(window.mentions("has expired"));
    window.click("Sign in");
    window.answer(problem(Problem::ConfirmHost, "prov.test asks for your password."));
    window.click("Go on with prov.test");
    let wizard = Wizard {
        address: "alice@example.com".to_owned(),
        chat: Side {
            address: "alice@example.com".to_owned(),
            servers: vec!["c.example.com:5222".to_owned()],
            transport: Some("starttls"),
            reason: None,
        },
        telephony: Side {
            address: "sip:alice@example.com".to_owned(),
            servers: Vec::new(),
            transport: None,
            reason: Some("“example.com” does not offer this service.".to_owned()),
        },
    };
    let outcome = Outcome::Wizard { wizard: Box::new(wizard) };
    let look = looked_for(window.answer(Ok(Reply::Provision(outcome))));
    assert_eq!(look.confirm, ["prov.test"]);
    assert!(window.mentions("c.example.com:5222") && window.mentions("does not offer"));
    window.click("Back");
    assert!(window.says("Welcome to Dovetail"));
}

fn added(command: Command) -> NewAccounts {
    match command {
        Command::Provision(ProvisionCommand::Add(new)) => *new,
        other => panic!("{other:?}"),
    }
}

#[test]
fn both_sides_are_typed_by_hand_and_what_is_wrong_stands_at_its_field() {
    let mut window = Driver::sized(Snapshot::default(), 380.0, 1400.0);
    typed(&mut window);
    window.click("Set up by hand");
    assert!(!window.mentions("sesame"), "the password is not shown");
    window.type_into(Field::PhoneAddress.name(), "sip:alice@example.com");
    window.type_into(Field::PhoneServer.name(), "nowhere at all");
    window.click("Add and connect");
    let wrong = ProvisionError {
        field: Some("telephony.proxy"),
        ..ProvisionError::new(Problem::Input, "This is not a server.")
    };
    let new = added(window.answer(Err(CommandError::Provision(Box::new(wrong)))));
    let (chat, phone) = (new.chat.unwrap(), new.telephony.unwrap());
    assert_eq!(chat.address, "alice@example.com", "what was typed before is there");
    assert_eq!(chat.password.unwrap().0.as_str(), "sesame-17");
    assert_eq!((chat.server, phone.password), (None, None));
    assert_eq!(phone.proxy.as_deref(), Some("nowhere at all"));
    assert!(window.says("This is not a server."));
    // Mended, there is no keyring: it can be kept for this run.
    window.type_into(PHONE_PASSWORD, "other-17");
    assert!(!window.says("This is not a server."));
    window.click("Add and connect");
    let error = ProvisionError::new(Problem::Secrets, "There is no keyring.");
    let new = added(window.answer(Err(CommandError::Provision(Box::new(error)))));
    assert_eq!(new.keep, KeepPassword::Keyring);
    assert_eq!(new.telephony.unwrap().password.unwrap().0.as_str(), "other-17");
    window.click("Keep it until Dovetail ends");
    let outcome = Outcome::Added { accounts: Vec::new() };
    let new = added(window.answer(Ok(Reply::Provision(outcome))));
    assert_eq!(new.keep, KeepPassword::Session);
    assert!(window.says("Welcome to Dovetail"), "until the accounts are there");
}

#[test]
fn what_needs_consent_is_agreed_to_or_gone_without() {
    let consent =
        |id: &str, optional| Consent { id: id.to_owned(), text: format!("About {id}."), optional };
    let asked = vec![consent("host:cdn.test", false), consent("cleartext:phone", true)];
    let mut window = Driver::new(Snapshot::default());
    typed(&mut window);
    window.click("Sign in");
    let outcome = Outcome::Preview { preview: preview(asked) };
    window.answer(Ok(Reply::Provision(outcome)));
    window.click("Go without it");
    window.click("Agree and set up");
    let given = answers(window.answer(problem(Problem::Secrets, "There is no keyring.")));
    assert_eq!(given.agree, ["host:cdn.test"]);
    assert_eq!(given.decline, ["cleartext:phone"]);
    assert!(window.mentions("There is no keyring."));
    window.click("Keep it until Dovetail ends");
    let applied = Outcome::Applied { changes: Vec::new() };
    let given = answers(window.answer(Ok(Reply::Provision(applied))));
    assert_eq!(given.keep, KeepPassword::Session);
}

#[test]
fn the_cursor_is_in_the_address_at_the_start_and_when_an_account_is_added() {
    let mut window = Driver::new(Snapshot::default());
    assert_eq!(window.focused(), None);
    window.begin_effects();
    assert_eq!(window.focused(), Some(ADDRESS.into()));
    let mut window = Driver::new(snapshot());
    window.begin_effects();
    assert_eq!(window.focused(), None, "nothing is to be typed first");
    window.take([Message::Sidebar(sidebar::Message::Go(Go::NewAccount))]);
    assert_eq!(window.focused(), Some(ADDRESS.into()));
}
