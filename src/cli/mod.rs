//! The command line (`docs/control.md`): reads it and starts one of the faces.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{Args, CommandFactory, Parser, Subcommand};

use crate::config::{self, Config, Profile};
use crate::provisioning::service::Provisioning;
use crate::rpc::client::{self, Outcome};

mod check;
mod diagnose;
mod history;
mod import;
mod instance;
mod logging;
mod password;
mod provision;
mod raise;

/// Exit status for bad usage, or when no instance runs (`dovetail rpc`).
const USAGE: u8 = 2;

/// Chat over XMPP and calls over SIP with the same people, in one window.
#[derive(Debug, Parser)]
#[command(name = "dovetail", version)]
struct Cli {
    #[command(flatten)]
    place: Place,

    /// Run without a window: JSON-RPC on standard input and output, until the input ends.
    #[arg(long)]
    headless: bool,

    /// Start a service of real servers on this machine, with two contacts, and a window that
    /// asks for an address and a password of it. Nothing stays, unless --profile names a new
    /// directory for the user's part of it.
    #[arg(long, conflicts_with = "headless")]
    demo: bool,

    /// With --demo: begin signed in.
    #[arg(long, requires = "demo")]
    signed_in: bool,

    /// Begin without a window, as an icon in the desktop's tray. Where none comes up within some
    /// seconds, the window opens.
    #[arg(long, conflicts_with_all = ["headless", "demo", "uri"])]
    in_tray: bool,

    /// Open this in the window, in the one that runs already or in a new one: sip:, sips: and
    /// tel: ask whether to call, xmpp: shows the conversation.
    #[arg(value_name = "URI", conflicts_with_all = ["headless", "demo"])]
    uri: Option<String>,

    #[command(subcommand)]
    command: Option<Verb>,
}

#[derive(Debug, Args)]
struct Place {
    /// Keep everything (configuration, history, logs, socket) under this directory.
    #[arg(long, value_name = "DIR", global = true)]
    profile: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Make one call to the running instance and print its result as JSON.
    Rpc {
        /// Such as `status` or `message.send`.
        method: String,
        /// A JSON object.
        params: Option<String>,
    },
    /// Keep an account's password in the keyring; it is read from standard input. Where Dovetail
    /// runs, the account signs in with it.
    SetPassword {
        /// The account's id in config.toml.
        account: String,
        /// Give it to the Dovetail that runs, for this time only: it is kept nowhere.
        #[arg(long)]
        session: bool,
    },
    /// Write the history out, or delete from it.
    History {
        #[command(subcommand)]
        what: history::History,
    },
    /// Look for what your provider sets up for an address, in the running instance: show it, and
    /// apply it when told to. The password is read from standard input; an empty line is none.
    Provision {
        /// Such as alice@example.com, or a link to a document.
        address: String,
        /// Go on with this host, where it asks for your word; once for each.
        #[arg(long, value_name = "HOST")]
        confirm: Vec<String>,
        /// Apply what was found.
        #[arg(long)]
        apply: bool,
        /// Agree to this, of what is asked; once for each.
        #[arg(long, value_name = "ID", requires = "apply")]
        agree: Vec<String>,
        /// Go without this, of what is asked; once for each.
        #[arg(long, value_name = "ID", requires = "apply")]
        decline: Vec<String>,
        /// Keep the password in memory alone, until the instance ends.
        #[arg(long, requires = "apply")]
        session: bool,
    },
    /// Test the way to configured accounts, each side by itself: DNS, ports, TLS, STUN, and
    /// signing in. Exit status 0, 1 (something does not work), 2 (bad usage).
    Check {
        /// The account's id in config.toml; all of them when not given.
        account: Option<String>,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Test a provider's service from outside, as a newcomer's Dovetail meets it: discovery, the
    /// document, DNS, ports, TLS, and with a password both sign-ins and what joins them. Exit
    /// status 0, 1 (something does not work), 2 (bad usage).
    CheckProvider(check::ProviderArgs),
    /// Write a report to attach when you ask for help: settings, states and the log, without
    /// passwords, messages, and the addresses of people.
    Diagnose {
        /// A new file; standard output when not given.
        #[arg(long, value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// Take accounts over from another program: show which, and add them when told to.
    Import {
        #[command(subcommand)]
        from: Source,
    },
}

/// Whose accounts.
#[derive(Debug, Subcommand)]
enum Source {
    /// Jitsi's, and which telephony account goes with which chat account.
    Jitsi {
        /// Its sip-communicator.properties; where Jitsi keeps it, when not given.
        file: Option<PathBuf>,
        /// Add them to config.toml. Without this nothing is changed.
        #[arg(long)]
        add: bool,
    },
}

/// Reads the command line and does what it says.
pub fn main() -> ExitCode {
    // Everything that speaks TLS relies on this being first; a second call is harmless.
    let _ = rustls::crypto::ring::default_provider().install_default();
    config::private_by_default();
    let cli = match parse() {
        Ok(cli) => cli,
        Err(error) => {
            let _ = error.print();
            return if error.use_stderr() { USAGE.into() } else { ExitCode::SUCCESS };
        }
    };
    match run(cli) {
        Ok(code) => code,
        Err(Failure { text, code }) => {
            eprintln!("dovetail: {text}");
            code.into()
        }
    }
}

fn parse() -> Result<Cli, clap::Error> {
    let cli = Cli::try_parse()?;
    if cli.command.is_some() && (cli.headless || cli.demo || cli.in_tray) {
        let text = "a command cannot be given together with --headless, --demo or --in-tray";
        return Err(Cli::command().error(ErrorKind::ArgumentConflict, text));
    }
    Ok(cli)
}

/// What ends the program early, in words, with its exit status.
struct Failure {
    text: String,
    code: u8,
}

impl Failure {
    fn new(error: impl std::fmt::Display) -> Self {
        Self { text: error.to_string(), code: 1 }
    }
}

fn run(cli: Cli) -> Result<ExitCode, Failure> {
    if cli.demo {
        return instance::demo(cli.place.profile.as_deref(), cli.signed_in);
    }
    let directory = cli.place.profile.as_deref();
    match cli.command {
        Some(Verb::Rpc { method, params }) => call(&open(directory)?, &method, params.as_deref()),
        Some(Verb::SetPassword { account, session }) => {
            password::set(&open(directory)?, &account, session)
        }
        Some(Verb::Provision { address, confirm, apply, agree, decline, session }) => {
            let wish = provision::Wish { address, confirm, apply, agree, decline, session };
            provision::run(&open(directory)?, &wish)
        }
        Some(Verb::Diagnose { output }) => diagnose::run(directory, output),
        Some(Verb::Check { account, json }) => check::accounts(directory, account.as_deref(), json),
        Some(Verb::CheckProvider(args)) => check::provider(directory, args),
        Some(Verb::Import { from: Source::Jitsi { file, add } }) => {
            import::jitsi(directory, file.as_deref(), add)
        }
        Some(Verb::History { what }) => history::run(directory, what),
        None if cli.headless => instance::headless(&open(directory)?),
        None => instance::window(directory, cli.uri.as_deref(), cli.in_tray),
    }
}

fn open(directory: Option<&Path>) -> Result<Profile, Failure> {
    let profile = Profile::choose(directory).map_err(Failure::new)?;
    profile.create().map_err(Failure::new)?;
    Ok(profile)
}

/// The user's settings over what a provider set up.
fn load(profile: &Profile) -> Result<Config, Failure> {
    Ok(provisioned(profile)?.provided.config)
}

fn provisioned(profile: &Profile) -> Result<Provisioning, Failure> {
    Provisioning::load(profile).map_err(Failure::new)
}

fn call(profile: &Profile, method: &str, params: Option<&str>) -> Result<ExitCode, Failure> {
    match client::call(&profile.socket_path(), method, params) {
        Ok(Outcome::Result(value)) => {
            println!("{value}");
            Ok(ExitCode::SUCCESS)
        }
        Ok(Outcome::Error(error)) => {
            println!("{error}");
            Ok(ExitCode::FAILURE)
        }
        Err(error) => Err(Failure { text: error.to_string(), code: USAGE }),
    }
}
