//! Ctrl+C in plain mode while a model is at work: it ends the waiting, not the program. At any other time it leaves; all is
//! kept by then.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::runtime::Stop;

/// The exit code of a program that was interrupted.
#[cfg(unix)]
const INTERRUPTED: i32 = 130;

/// Whether Ctrl+C ends a wait or the program.
#[derive(Clone, Debug, Default)]
pub struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// Listen from now on; `stop` ends a wait.
    ///
    /// # Errors
    /// Where the system does not let us.
    #[cfg(unix)]
    pub fn listen(stop: Stop) -> io::Result<Self> {
        let waiting = Self::default();
        let mut signals = signal_hook::iterator::Signals::new([signal_hook::consts::SIGINT])?;
        let flag = Arc::clone(&waiting.0);
        std::thread::spawn(move || {
            for _ in signals.forever() {
                if flag.load(Ordering::SeqCst) {
                    stop.set();
                } else {
                    std::process::exit(INTERRUPTED);
                }
            }
        });
        Ok(waiting)
    }

    /// Nothing to listen to here: Ctrl+C ends the program, as the system does it.
    #[cfg(not(unix))]
    pub fn listen(_: Stop) -> io::Result<Self> {
        Ok(Self::default())
    }

    /// Do something that may take its time; Ctrl+C ends only that.
    pub fn during<T>(&self, work: impl FnOnce() -> T) -> T {
        self.0.store(true, Ordering::SeqCst);
        let done = work();
        self.0.store(false, Ordering::SeqCst);
        done
    }
}
