//! A running service, which ends with whoever holds it.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::http;

/// How long a service may take to listen. The machine may be busy.
const START: Duration = Duration::from_secs(60);

const ATTEMPTS: usize = 3;

/// A process on two loopback ports of its own.
pub struct Running {
    child: Child,
    /// Where it serves.
    pub address: SocketAddr,
    counts: SocketAddr,
    /// What it writes to its standard error.
    log: PathBuf,
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Running {
    /// Starts a program and waits until it listens. Between being chosen and being taken, somebody else may take a port:
    /// hence several attempts.
    pub fn start(service: &str, program: &str) -> Running {
        let mut said = String::new();
        for _ in 0..ATTEMPTS {
            match Running::attempt(service, program) {
                Ok(running) => return running,
                Err(error) => said = error,
            }
        }
        panic!("{program} does not start: {said}");
    }

    fn attempt(service: &str, program: &str) -> Result<Running, String> {
        let (address, counts) = free_ports();
        let log = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{service}.log"));
        let errors = File::create(&log).map_err(|error| error.to_string())?;
        let child = Command::new(program)
            .env("MOAT_LIVE_ADDRESS", address.to_string())
            .env("MOAT_LIVE_COUNTS", counts.to_string())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(errors)
            .spawn()
            .map_err(|error| error.to_string())?;
        let mut running = Running {
            child,
            address,
            counts,
            log,
        };
        let began = Instant::now();
        while TcpStream::connect_timeout(&address, START).is_err() {
            if let Ok(Some(status)) = running.child.try_wait() {
                return Err(format!("{status}\n{}", running.said()));
            }
            if began.elapsed() > START {
                return Err(format!("it does not listen\n{}", running.said()));
            }
            thread::sleep(Duration::from_millis(20));
        }
        Ok(running)
    }

    /// How often each handler has run so far.
    pub fn counts(&self) -> BTreeMap<String, u64> {
        let text = http::read(self.counts);
        let text = text.unwrap_or_else(|error| panic!("no counts: {error}\n{}", self.said()));
        let lines = text.lines().map(|line| {
            let (handler, count) = line.split_once(' ').expect("a name and a number");
            (handler.to_owned(), count.parse().expect("a number"))
        });
        lines.collect()
    }

    fn said(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }
}

/// Two ports that nobody listens on. Both are taken at once, so that they differ.
fn free_ports() -> (SocketAddr, SocketAddr) {
    let take = || TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free loopback port");
    let (first, second) = (take(), take());
    let address = |it: &TcpListener| it.local_addr().expect("a bound port");
    (address(&first), address(&second))
}
