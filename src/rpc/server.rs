//! Serves one connection: lines in, answers and events out. A request is answered before the
//! next is read, so that answers come in order; events go out in between.

use std::io;
use std::sync::Arc;

use serde_json::Value;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::sync::broadcast::error::RecvError;
use zeroize::Zeroizing;

use super::lines::{LineError, Lines};
use super::method::{self, Asked};
use super::wire::{self, LONGEST_LINE, Request, RequestError};
use crate::core::command::Reply;
use crate::core::event::{Event, NoticeLevel};
use crate::desktop::desk::{Desk, DeskError};
use crate::hub::Handle;

/// What a connection reaches.
#[derive(Debug, Clone)]
pub struct Service {
    /// The hub.
    pub handle: Handle,
    /// The window, where there is one.
    pub desk: Option<Desk>,
}

/// Serves until the input ends.
///
/// # Errors
/// What the connection gives.
pub async fn serve(
    service: Service,
    input: impl AsyncRead + Unpin,
    mut output: impl AsyncWrite + Unpin,
) -> io::Result<()> {
    let mut events = service.handle.events();
    let mut lines = Lines::new(input, LONGEST_LINE);
    loop {
        let text = tokio::select! {
            biased;
            event = events.recv() => Some(event_line(event)?),
            line = lines.next() => match line {
                None => return Ok(()),
                Some(line) => answer_while_telling(&service, line, &mut events, &mut output).await?,
            },
        };
        if let Some(text) = text {
            send(&mut output, &text).await?;
        }
    }
}

/// Carries a request out; events that come meanwhile go out before its answer.
async fn answer_while_telling(
    service: &Service,
    line: Result<Zeroizing<String>, LineError>,
    events: &mut tokio::sync::broadcast::Receiver<Arc<Event>>,
    output: &mut (impl AsyncWrite + Unpin),
) -> io::Result<Option<String>> {
    let work = answer(service, line);
    tokio::pin!(work);
    loop {
        tokio::select! {
            biased;
            event = events.recv() => send(output, &event_line(event)?).await?,
            answer = &mut work => return answer,
        }
    }
}

async fn answer(
    service: &Service,
    line: Result<Zeroizing<String>, LineError>,
) -> io::Result<Option<String>> {
    let line = match line {
        Ok(line) if line.trim().is_empty() => return Ok(None),
        Ok(line) => line,
        Err(LineError::TooLong) => {
            let error = RequestError::Invalid("a line is at most 1 MiB");
            return Ok(Some(wire::answer(Value::Null, Err(error))));
        }
        Err(LineError::NotText) => {
            let error = RequestError::Parse("the line is not UTF-8".to_owned());
            return Ok(Some(wire::answer(Value::Null, Err(error))));
        }
        Err(LineError::Io(error)) => return Err(error),
    };
    let request = wire::read(&line);
    // It may hold a password, and an answer may take long.
    drop(line);
    Ok(match request {
        Err((id, error)) => Some(wire::answer(id, Err(error))),
        Ok(Request { id, method, params }) => {
            let result = match method::asked(&method, params) {
                Ok(Asked::Core(command)) => {
                    service.handle.run(command).await.map_err(RequestError::from)
                }
                Ok(Asked::Window(wish)) => {
                    let desk = service.desk.as_ref().ok_or(DeskError::NoWindow);
                    let left = desk.and_then(|desk| desk.leave(wish));
                    left.map(|()| Reply::Done {}).map_err(RequestError::from)
                }
                Err(error) => Err(error),
            };
            id.map(|id| wire::answer(id, result))
        }
    })
}

/// An event; or the word that some were missed, for a client that reads too slowly.
fn event_line(event: Result<Arc<Event>, RecvError>) -> io::Result<String> {
    match event {
        Ok(event) => Ok(wire::notification(&event)),
        Err(RecvError::Lagged(missed)) => Ok(wire::notification(&Event::Notice {
            level: NoticeLevel::Warning,
            text: format!("{missed} events were missed; ask for what you need again."),
        })),
        Err(RecvError::Closed) => Err(io::ErrorKind::BrokenPipe.into()),
    }
}

async fn send(output: &mut (impl AsyncWrite + Unpin), text: &str) -> io::Result<()> {
    output.write_all(text.as_bytes()).await?;
    output.write_all(b"\n").await?;
    output.flush().await
}
