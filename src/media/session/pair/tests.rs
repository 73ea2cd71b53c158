#![allow(clippy::unwrap_used)]
use super::*;
use crate::media::frame::Frame;

#[test]
fn the_clock_gives_a_frame_every_20_ms_and_skips_a_standstill() {
    let begin = Instant::now();
    let mut next = begin;
    assert_eq!(due(&mut next, Pace::Clock, begin), (1, 0));
    assert_eq!(due(&mut next, Pace::Clock, begin + Duration::from_millis(19)), (0, 0));
    assert_eq!(due(&mut next, Pace::Clock, begin + Duration::from_millis(61)), (3, 0));
    assert_eq!(due(&mut next, Pace::Clock, begin + Duration::from_secs(10)), (0, 497));
    assert_eq!(next, begin + Duration::from_millis(10_020));
    assert_eq!(due(&mut next, Pace::Own(Duration::ZERO), begin), (1, 0));
}

/// A card that fails: it asks for frames without end, as one on bare ALSA does.
struct Unplugged(std::sync::mpsc::Sender<&'static str>, bool);

impl Unplugged {
    fn used(&self) {
        let _ = self.0.send("used");
    }
}

impl Drop for Unplugged {
    fn drop(&mut self) {
        let _ = self.0.send("closed");
    }
}

impl Source for Unplugged {
    fn pace(&mut self) -> Pace {
        Pace::Own(Duration::ZERO)
    }

    fn read(&mut self, frame: &mut Frame) {
        self.used();
        frame.fill(0.0);
    }

    fn is_lost(&mut self) -> bool {
        self.1
    }
}

impl Sink for Unplugged {
    fn pace(&mut self) -> Pace {
        Pace::Own(Duration::ZERO)
    }

    fn write(&mut self, _: &Frame) -> Result<(), MediaError> {
        self.used();
        Ok(())
    }

    fn is_lost(&mut self) -> bool {
        self.1
    }
}

fn nothing() -> Pair {
    let null = AudioDevice::Null;
    let audio = Audio { input: null.clone(), output: null, ringer: None, echo_cancellation: false };
    Pair::open(audio).unwrap()
}

/// What comes of a change, which another thread brings about.
fn settled(pair: &mut Pair) -> Option<MediaEvent> {
    let end = Instant::now() + Duration::from_secs(60);
    while pair.source_change.0.is_some() || pair.sink_change.0.is_some() {
        assert!(Instant::now() < end, "the devices were not opened");
        if let Some(event) = pair.mend(Instant::now()) {
            return Some(event);
        }
        std::thread::yield_now();
    }
    None
}

#[test]
fn other_devices_take_over_while_the_call_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| AudioDevice::File(folder.path().join(name));
    let audio = |input, output| Audio { input, output, ringer: None, echo_cancellation: false };
    let mut pair = Pair::open(audio(AudioDevice::Null, at("first.wav"))).unwrap();
    pair.begin(Instant::now());
    pair.sink.write(&[0.5; 960]).unwrap();
    pair.replace(audio(AudioDevice::Null, at("second.wav")));
    assert!(pair.source_change.0.is_none(), "what stays the same is not opened again");
    assert_eq!(settled(&mut pair), None);
    pair.sink.write(&[0.5; 960]).unwrap();
    pair.sink.finish().unwrap();
    assert!(folder.path().join("second.wav").metadata().unwrap().len() > 960);

    let mut pair = Pair::open(audio(AudioDevice::Null, AudioDevice::Null)).unwrap();
    pair.replace(audio(at("second.wav"), AudioDevice::Null));
    assert_eq!(settled(&mut pair), None);
    let mut frame = [0.0; 960];
    pair.source.read(&mut frame);
    assert!(frame.iter().any(|sample| sample.abs() > 0.1), "it plays what was recorded");
}

#[test]
fn where_a_device_cannot_be_had_the_one_before_stays() {
    let mut pair = nothing();
    let missing = AudioDevice::File("/nowhere/at/all.wav".into());
    pair.replace(Audio {
        input: missing,
        output: AudioDevice::Null,
        ringer: None,
        echo_cancellation: false,
    });
    let told = settled(&mut pair);
    assert!(
        matches!(&told, Some(MediaEvent::Device { text, .. }) if text.contains("goes on")),
        "{told:?}"
    );
    assert_eq!(pair.audio.input, AudioDevice::Null);
}

#[test]
fn a_lost_device_is_closed_at_once_and_the_clock_goes_on() {
    let mut pair = nothing();
    let (sender, receiver) = std::sync::mpsc::channel();
    pair.source = Box::new(Unplugged(sender.clone(), false));
    pair.sink = Box::new(Unplugged(sender.clone(), false));
    let begin = Instant::now();
    pair.begin(begin);
    assert_eq!(pair.mend(begin), None);
    assert_eq!(pair.next(begin), begin, "a device that is there has its own pace");
    pair.source = Box::new(Unplugged(sender.clone(), true));
    pair.sink = Box::new(Unplugged(sender, true));
    assert_eq!([receiver.recv(), receiver.recv()], [Ok("closed"); 2]);
    assert_eq!(pair.mend(begin), None);
    assert_eq!([receiver.recv(), receiver.recv()], [Ok("closed"); 2]);
    // A second without devices: fifty frames each, and the thread sleeps in between.
    let (mut now, mut frame, mut turns) = (begin, [0.0; 960], 0);
    while now < begin + Duration::from_millis(1_000) {
        turns += 1;
        let (sent, played) = (pair.due_to_send(now), pair.due_to_play(now));
        assert_eq!((sent, played), ((1, 0), (1, 0)));
        pair.source.read(&mut frame);
        pair.sink.write(&frame).unwrap();
        pair.mend(now);
        now = pair.next(now);
    }
    assert_eq!((turns, receiver.recv().is_err()), (50, true));
}

#[test]
fn a_lost_device_is_told_once_and_opened_again() {
    let mut pair = nothing();
    pair.source = Box::new(Unplugged(std::sync::mpsc::channel().0, true));
    let begin = Instant::now();
    let at = |milliseconds| begin + Duration::from_millis(milliseconds);
    assert_eq!(pair.mend(at(0)), None);
    let told = pair.mend(at(400));
    assert!(matches!(told, Some(MediaEvent::Device { gone: true, .. })), "{told:?}");
    assert_eq!(pair.mend(at(800)), None);
    assert!(pair.source_repair.opening.is_none());
    assert_eq!(pair.mend(at(2_000)), None);
    // The next turn finds what the thread has opened.
    let opened = pair.source_repair.opening.take().unwrap().recv().unwrap();
    let (sender, receiver) = sync_channel(1);
    sender.send(opened).unwrap();
    pair.source_repair.opening = Some(receiver);
    assert_eq!(pair.mend(at(2_020)), None);
    assert!(!pair.source.is_lost());
    assert_eq!(pair.mend(at(2_040)), None);
    let told = pair.mend(at(2_400));
    assert!(matches!(told, Some(MediaEvent::Device { gone: false, .. })), "{told:?}");
}
