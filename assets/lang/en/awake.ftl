# What the desktop is told of calls.

awake-reason = In a call
awake-keys = Keys of a headset
awake-media-keys = Media and headset keys control calls
awake-media-keys-hint = Play answers, then mutes and unmutes. Stop declines, then hangs up. They start no call.
awake-key-play = Answer, then mute and unmute
awake-key-pause = Mute
awake-key-stop = Decline, then hang up
awake-cap-play = Play
awake-cap-pause = Pause
awake-cap-stop = Stop
awake-cap-headset = Headset
