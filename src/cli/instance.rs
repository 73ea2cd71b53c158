//! One running instance: profile, store, hub, control socket, and the face on top.

use std::path::Path;
use std::process::ExitCode;

use tokio::runtime::{Builder, Runtime};

use super::raise::{self, Found};
use super::{Failure, USAGE, logging, provisioned};
use crate::config::Profile;
use crate::demo::Demo;
use crate::desktop::desk::{Desk, Wish};
use crate::desktop::uri::Target;
use crate::headless;
use crate::hub::{Handle, Hub};
use crate::provisioning::service::Provisioning;
use crate::rpc::server::Service;
use crate::rpc::socket::{self, Claim, Guard};
use crate::store::Store;

/// Everything that runs beneath a face.
struct Instance {
    hub: Hub,
    _socket: Guard,
}

impl Instance {
    /// `desk`: where the window takes wishes, where there is one.
    async fn start(
        profile: &Profile,
        claim: Claim,
        provisioning: Provisioning,
        desk: Option<Desk>,
    ) -> Result<Self, Failure> {
        let path = profile.history_path();
        let store = tokio::task::spawn_blocking(move || Store::open_or_apart(&path))
            .await
            .map_err(Failure::new)?
            .map_err(Failure::new)?;
        let kept = crate::hub::keep::kept(&store).await.map_err(Failure::new)?;
        let installation = profile.installation().map_err(Failure::new)?;
        let config = provisioning.provided.config.clone();
        let security = profile.security_path();
        let provisioning = Some(provisioning);
        let hub =
            Hub::start_provided(config, installation, store, kept, provisioning, Some(&security));
        match claim.serve(Service { handle: hub.handle(), desk }) {
            Ok(socket) => Ok(Self { hub, _socket: socket }),
            Err(error) => {
                hub.stop().await;
                Err(Failure::new(error))
            }
        }
    }

    fn handle(&self) -> Handle {
        self.hub.handle()
    }
}

pub(super) fn runtime() -> Result<Runtime, Failure> {
    Builder::new_multi_thread().enable_all().build().map_err(Failure::new)
}

/// `dovetail --headless`
pub(super) fn headless(profile: &Profile) -> Result<ExitCode, Failure> {
    logging::start(None);
    let provisioning = provisioned(profile)?;
    profile.tighten();
    let runtime = runtime()?;
    let done = runtime.block_on(async {
        let claim = socket::claim(&profile.socket_path()).map_err(Failure::new)?;
        let instance = Instance::start(profile, claim, provisioning, None).await?;
        headless::serve(instance.handle()).await;
        instance.hub.stop().await;
        Ok(ExitCode::SUCCESS)
    });
    // A read of standard input cannot be called off; it must not hold the exit up.
    runtime.shutdown_background();
    done
}

/// `dovetail [URI]`, `dovetail --in-tray`
pub(super) fn window(
    directory: Option<&Path>,
    uri: Option<&str>,
    in_tray: bool,
) -> Result<ExitCode, Failure> {
    let wish = match uri.map(Target::read) {
        None => Wish::Raise,
        Some(Ok(target)) => Wish::Open(target),
        Some(Err(error)) => return Err(Failure { text: error.to_string(), code: USAGE }),
    };
    let profile = &super::open(directory)?;
    let claim = match raise::find(profile, uri, in_tray)? {
        Found::Nobody(claim) => claim,
        Found::Raised => return Ok(ExitCode::SUCCESS),
    };
    logging::start(Some(&profile.log_path()));
    #[cfg(feature = "gui")]
    crate::gui::prepare();
    let provisioning = provisioned(profile)?;
    profile.tighten();
    let runtime = runtime()?;
    let desk = Desk::default();
    if wish != Wish::Raise {
        desk.leave(wish).map_err(Failure::new)?;
    }
    let start = Instance::start(profile, claim, provisioning, Some(desk.clone()));
    let instance = runtime.block_on(start)?;
    let shown = show(&runtime, &instance, profile, desk, Face::Window { directory, in_tray });
    runtime.block_on(instance.hub.stop());
    runtime.shutdown_background();
    shown
}

/// `dovetail --demo [--signed-in]`
pub(super) fn demo(directory: Option<&Path>, signed_in: bool) -> Result<ExitCode, Failure> {
    logging::start(None);
    let runtime = runtime()?;
    println!("Starting a chat and a telephony server on this machine …");
    let demo = runtime.block_on(Demo::start(directory, signed_in)).map_err(Failure::new)?;
    let profile = super::open(Some(demo.profile()))?;
    let provisioning = provisioned(&profile)?;
    println!("{}", demo.welcome());
    let claim = socket::claim(&profile.socket_path()).map_err(Failure::new)?;
    let desk = Desk::default();
    let start = Instance::start(&profile, claim, provisioning, Some(desk.clone()));
    let instance = runtime.block_on(start)?;
    let shown = show(&runtime, &instance, &profile, desk, Face::Demo(&demo));
    runtime.block_on(async {
        instance.hub.stop().await;
        demo.stop().await;
    });
    runtime.shutdown_background();
    shown
}

/// What is shown.
#[cfg_attr(not(feature = "gui"), allow(dead_code))] // A build without the window shows nothing.
enum Face<'a> {
    /// The person's own accounts.
    Window {
        /// The directory of the profile, where it is not the platform's.
        directory: Option<&'a Path>,
        /// It begins in the tray.
        in_tray: bool,
    },
    /// The demonstration.
    Demo(&'a Demo),
}

#[cfg(feature = "gui")]
fn show(
    runtime: &Runtime,
    instance: &Instance,
    profile: &Profile,
    desk: Desk,
    face: Face<'_>,
) -> Result<ExitCode, Failure> {
    let _context = runtime.enter();
    let quit = instance.hub.quit();
    runtime.spawn(async move {
        headless::asked_to_end().await;
        quit.cancel();
        // The window follows the hub; should it hang, asking twice is enough.
        headless::asked_to_end().await;
        std::process::exit(1);
    });
    let (demo, in_tray, autostart) = match face {
        Face::Window { directory, in_tray } => {
            (None, in_tray, crate::desktop::autostart::Autostart::of(directory))
        }
        // Nobody wants that every day.
        Face::Demo(demo) => (Some(demo), false, None),
    };
    let around = Around::begin(runtime, &desk);
    let options = crate::gui::GuiOptions {
        title_suffix: demo.map(|_| "demo".to_owned()).unwrap_or_default(),
        example: demo.and_then(Demo::example),
        desk,
        board: around.board.clone(),
        notifier: around.notifier.clone(),
        tray: around.tray.clone(),
        place: crate::desktop::place::Kept::read(profile.window_path()),
        autostart,
        in_tray,
        preferences: crate::gui::preferences::Kept::read(profile.preferences_path()),
        session: crate::lang::Session::read(),
        // The demonstration writes no log.
        files: crate::gui::files::Files::of(profile, demo.is_none()),
    };
    let shown = crate::gui::run(instance.handle(), options).map_err(Failure::new);
    around.end(runtime);
    shown.map(|()| ExitCode::SUCCESS)
}

/// What goes on around a window: nothing of it is waited for but at the end.
#[cfg(feature = "gui")]
struct Around {
    board: crate::desktop::status::Board,
    tray: crate::desktop::tray::Tray,
    notifier: crate::desktop::notify::Notifier,
    end: tokio_util::sync::CancellationToken,
    tasks: tokio::task::JoinSet<()>,
}

#[cfg(feature = "gui")]
impl Around {
    /// How long the desktop may take to hear that the window has gone.
    const FAREWELL: std::time::Duration = std::time::Duration::from_secs(1);

    fn begin(runtime: &Runtime, desk: &Desk) -> Self {
        let end = tokio_util::sync::CancellationToken::new();
        let board = crate::desktop::status::Board::default();
        let mut tasks = tokio::task::JoinSet::new();
        tasks.spawn_on(crate::desktop::awake::run(board.watch(), end.clone()), runtime.handle());
        let tray = crate::desktop::tray::Tray::default();
        let shown = crate::desktop::tray::run(tray.clone(), desk.clone(), end.clone());
        tasks.spawn_on(shown, runtime.handle());
        let notifier = crate::desktop::notify::Notifier::default();
        let told = crate::desktop::notify::run(notifier.clone(), desk.clone(), None, end.clone());
        tasks.spawn_on(told, runtime.handle());
        Self { board, tray, notifier, end, tasks }
    }

    fn end(self, runtime: &Runtime) {
        self.end.cancel();
        let gone = async { tokio::time::timeout(Self::FAREWELL, self.tasks.join_all()).await };
        if runtime.block_on(gone).is_err() {
            tracing::warn!("the desktop does not answer");
        }
    }
}

#[cfg(not(feature = "gui"))]
fn show(_: &Runtime, _: &Instance, _: &Profile, _: Desk, _: Face<'_>) -> Result<ExitCode, Failure> {
    Err(Failure::new("This build has no window. Use --headless."))
}
