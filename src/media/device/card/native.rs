//! Sound cards by cpal: ALSA, CoreAudio, WASAPI. Callbacks may come with any number of samples.

use std::sync::Arc;

use cpal::traits::{DeviceTrait, HostTrait, StreamTrait};
use cpal::{BufferSize, FromSample, Sample, SampleFormat, SizedSample, Stream, StreamConfig};

use super::missing;
use super::ring::{Health, Inlet, Outlet};
use crate::media::MediaError;
use crate::media::device::Devices;
use crate::media::frame::SAMPLE_RATE;

/// 10 ms.
const BUFFER: u32 = 480;

/// The cards' names.
pub fn devices() -> Devices {
    let Ok(host) = host() else {
        return Devices::default();
    };
    Devices {
        inputs: host.input_devices().map(names).unwrap_or_default(),
        outputs: host.output_devices().map(names).unwrap_or_default(),
    }
}

/// Records; with the rate in Hz.
pub fn capture(name: Option<&str>, inlet: Inlet) -> Result<(Stream, u32), MediaError> {
    let host = host()?;
    let device = match name {
        None => host.default_input_device(),
        Some(name) => {
            host.input_devices().ok().and_then(|mut all| all.find(|d| is_called(d, name)))
        }
    };
    let device = device.ok_or_else(|| missing("microphone", name))?;
    let default = device.default_input_config().map_err(device_error)?;
    let config = config(default.channels(), rate(&device, default.sample_rate(), true));
    let stream = input_stream(&device, config, default.sample_format(), inlet)?;
    stream.play().map_err(device_error)?;
    Ok((stream, config.sample_rate))
}

/// Plays; with the rate in Hz.
pub fn playback(name: Option<&str>, outlet: Outlet) -> Result<(Stream, u32), MediaError> {
    let host = host()?;
    let device = match name {
        None => host.default_output_device(),
        Some(name) => {
            host.output_devices().ok().and_then(|mut all| all.find(|d| is_called(d, name)))
        }
    };
    let device = device.ok_or_else(|| missing("loudspeaker", name))?;
    let default = device.default_output_config().map_err(device_error)?;
    let config = config(default.channels(), rate(&device, default.sample_rate(), false));
    let stream = output_stream(&device, config, default.sample_format(), outlet)?;
    stream.play().map_err(device_error)?;
    Ok((stream, config.sample_rate))
}

/// The platform's sound, if there can be any.
fn host() -> Result<cpal::Host, MediaError> {
    if is_without_sound() {
        return Err(MediaError::Device(
            "No sound device was found. Connect a headset, then call again.".to_owned(),
        ));
    }
    Ok(cpal::default_host())
}

/// Whether there is clearly no sound card. libasound would name
/// devices all the same, and say on standard error, at length, that each is none.
#[cfg(target_os = "linux")]
fn is_without_sound() -> bool {
    use std::path::PathBuf;

    let is_card = |entry: std::io::Result<std::fs::DirEntry>| {
        entry.is_ok_and(|entry| entry.file_name().as_encoded_bytes().starts_with(b"pcm"))
    };
    let has_card = std::fs::read_dir("/dev/snd").is_ok_and(|mut all| all.any(is_card));
    let under = |variable, name: &str| {
        std::env::var_os(variable).map(|base: std::ffi::OsString| PathBuf::from(base).join(name))
    };
    // Any of these may give ALSA a device that is no card: over the network, by Bluetooth.
    let configured = [
        under("XDG_RUNTIME_DIR", "pipewire-0"),
        under("HOME", ".asoundrc"),
        std::env::var_os("ALSA_CONFIG_PATH").map(PathBuf::from),
        Some(PathBuf::from("/etc/asound.conf")),
    ];
    !has_card && !configured.into_iter().flatten().any(|path| path.exists())
}

/// Elsewhere the platform says so itself, and without noise.
#[cfg(not(target_os = "linux"))]
fn is_without_sound() -> bool {
    false
}

fn names(devices: impl Iterator<Item = cpal::Device>) -> Vec<String> {
    devices.filter_map(|device| Some(device.description().ok()?.name().to_owned())).collect()
}

fn is_called(device: &cpal::Device, name: &str) -> bool {
    device.description().is_ok_and(|description| description.name() == name)
}

/// 48 kHz where the device can, else what it prefers.
fn rate(device: &cpal::Device, preferred: u32, input: bool) -> u32 {
    let can = |range: cpal::SupportedStreamConfigRange| {
        (range.min_sample_rate()..=range.max_sample_rate()).contains(&SAMPLE_RATE)
    };
    let supported = if input {
        device.supported_input_configs().is_ok_and(|mut ranges| ranges.any(can))
    } else {
        device.supported_output_configs().is_ok_and(|mut ranges| ranges.any(can))
    };
    if supported { SAMPLE_RATE } else { preferred }
}

fn config(channels: u16, sample_rate: u32) -> StreamConfig {
    let buffer = BUFFER.saturating_mul(sample_rate) / SAMPLE_RATE;
    StreamConfig {
        channels: channels.max(1),
        sample_rate,
        buffer_size: BufferSize::Fixed(buffer.max(64)),
    }
}

fn input_stream(
    device: &cpal::Device,
    config: StreamConfig,
    format: SampleFormat,
    inlet: Inlet,
) -> Result<Stream, MediaError> {
    match format {
        SampleFormat::F32 => record::<f32>(device, config, inlet),
        SampleFormat::I16 => record::<i16>(device, config, inlet),
        SampleFormat::I32 => record::<i32>(device, config, inlet),
        SampleFormat::U8 => record::<u8>(device, config, inlet),
        SampleFormat::U16 => record::<u16>(device, config, inlet),
        other => {
            Err(MediaError::unusable(format_args!("its sample format {other} is not supported")))
        }
    }
}

fn output_stream(
    device: &cpal::Device,
    config: StreamConfig,
    format: SampleFormat,
    outlet: Outlet,
) -> Result<Stream, MediaError> {
    match format {
        SampleFormat::F32 => play::<f32>(device, config, outlet),
        SampleFormat::I16 => play::<i16>(device, config, outlet),
        SampleFormat::I32 => play::<i32>(device, config, outlet),
        SampleFormat::U8 => play::<u8>(device, config, outlet),
        SampleFormat::U16 => play::<u16>(device, config, outlet),
        other => {
            Err(MediaError::unusable(format_args!("its sample format {other} is not supported")))
        }
    }
}

fn record<T: SizedSample>(
    device: &cpal::Device,
    config: StreamConfig,
    mut inlet: Inlet,
) -> Result<Stream, MediaError>
where
    f32: FromSample<T>,
{
    let (channels, health) = (usize::from(config.channels), inlet.health());
    let data = move |samples: &[T], _: &cpal::InputCallbackInfo| {
        inlet.take(samples.chunks_exact(channels).map(|frame| {
            let sum: f32 = frame.iter().map(|sample| f32::from_sample(*sample)).sum();
            sum / channels as f32
        }));
    };
    device.build_input_stream(config, data, on_error(health), None).map_err(device_error)
}

fn play<T: SizedSample + FromSample<f32>>(
    device: &cpal::Device,
    config: StreamConfig,
    mut outlet: Outlet,
) -> Result<Stream, MediaError> {
    let (channels, health) = (usize::from(config.channels), outlet.health());
    let data = move |samples: &mut [T], _: &cpal::OutputCallbackInfo| {
        let frames = samples.chunks_exact_mut(channels);
        let (count, mut frames) = (frames.len(), frames);
        outlet.give(count, |sample| {
            if let Some(frame) = frames.next() {
                frame.fill(T::from_sample(sample));
            }
        });
    };
    device.build_output_stream(config, data, on_error(health), None).map_err(device_error)
}

/// A device that went away repeats its error without a pause: it is told once, and every error
/// but those that pass by themselves counts as its loss.
fn on_error(health: Arc<Health>) -> impl FnMut(cpal::Error) + Send + 'static {
    let mut told = false;
    move |error| {
        use cpal::ErrorKind::{DeviceBusy, DeviceChanged, RealtimeDenied, Xrun};
        if !std::mem::replace(&mut told, true) {
            tracing::warn!(%error, "sound device; it says no more");
        }
        if !matches!(error.kind(), DeviceBusy | DeviceChanged | RealtimeDenied | Xrun) {
            health.lose();
        }
    }
}

fn device_error(error: cpal::Error) -> MediaError {
    match error.kind() {
        cpal::ErrorKind::DeviceBusy => MediaError::in_use(),
        cpal::ErrorKind::PermissionDenied => MediaError::denied(),
        _ => MediaError::unusable(error),
    }
}
