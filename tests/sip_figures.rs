//! Figures of the telephony side, printed: from the program's start to registered, and what an
//! idle minute costs.

#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "support/instance.rs"]
mod instance;

use std::time::{Duration, Instant};

use dovetail::lab::{ConfigOptions, Lab, User};
use dovetail::model::account::Transport;
use instance::Instance;

async fn lab() -> Lab {
    Lab::builder().user(User::new("alice", "secret")).sip_only().start().await.unwrap()
}

fn config(lab: &Lab, transport: Transport) -> String {
    let options = ConfigOptions { transport, ..ConfigOptions::default() };
    lab.config_toml("alice", &options).unwrap()
}

#[tokio::test]
async fn from_start_to_registered() {
    let lab = lab().await;
    for transport in [Transport::Udp, Transport::Tcp, Transport::Tls] {
        let mut times = Vec::new();
        for _ in 0..10 {
            let begun = Instant::now();
            let mut alice = Instance::start(&config(&lab, transport)).await;
            alice.online("phone").await;
            times.push(begun.elapsed());
            alice.quit().await;
        }
        times.sort();
        println!("{transport:?}: start to registered, median of 10: {:?}", times[5]);
        assert!(times[5] < Duration::from_secs(3), "{times:?}");
    }
}

#[tokio::test]
#[ignore = "takes a minute"]
async fn an_idle_minute() {
    let lab = lab().await;
    for transport in [Transport::Udp, Transport::Tls] {
        let mut alice = Instance::start(&config(&lab, transport)).await;
        alice.online("phone").await;
        tokio::time::sleep(Duration::from_secs(2)).await;
        let before = alice.processor_seconds();
        tokio::time::sleep(Duration::from_secs(60)).await;
        let used = alice.processor_seconds() - before;
        println!("{transport:?}: {used:.2} s of processor time in an idle minute");
        assert!(used < 0.6, "{used}");
    }
}
