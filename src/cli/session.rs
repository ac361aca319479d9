//! `login`, `logout`, `whoami`.

use std::time::Duration;

use serde::Serialize;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::auth::{AtBackend, DevicePrompt, Revocation, SignInError, SignInEvent};
use crate::tui::run::end_at_backend;
use crate::wire::desk::Me;

use super::context::Context;
use super::exit::{Exit, FAILED, NOT_SIGNED_IN};
use super::output::{facts, safe};

/// Shortest and longest wait before the issuer is asked for a code again.
const LEAST_WAIT: Duration = Duration::from_secs(1);
const MOST_WAIT: Duration = Duration::from_secs(60);

/// How `login` behaves.
#[derive(Debug, clap::Args)]
pub(super) struct LoginArgs {
    /// Open the sign-in page in the browser of this machine
    #[arg(long)]
    open: bool,
}

/// The first line that `login --json` prints.
#[derive(Serialize)]
struct PromptLine<'a> {
    user_code: &'a str,
    verification_uri: &'a str,
    verification_uri_complete: Option<&'a str>,
    /// Seconds.
    expires_in: u64,
}

/// The last line that `login --json` prints.
#[derive(Serialize)]
struct SignedIn {
    signed_in: bool,
    /// Where the sign-in is kept: `keyring`, `file` or `memory`.
    store: &'static str,
    /// Whether it outlives this command.
    lasts: bool,
    /// Something to know.
    #[serde(skip_serializing_if = "Option::is_none")]
    notice: Option<String>,
    /// Who is signed in; absent when the backend could not be asked.
    me: Option<Me>,
    /// Why the backend could not be asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    backend: Option<String>,
}

/// Signs in by device code.
pub(super) async fn login(ctx: Context, args: LoginArgs) -> Result<(), Exit> {
    let prompt = match begin(&ctx).await {
        Ok(prompt) => prompt,
        Err(error) => return refused(&ctx, error),
    };
    show_prompt(&ctx, &prompt)?;
    if let Some(notice) = ctx.session.clock_notice() {
        ctx.output.note(&notice);
    }
    if args.open {
        let address = prompt
            .verification_uri_complete
            .as_ref()
            .unwrap_or(&prompt.verification_uri);
        if let Err(error) = open::that_detached(address) {
            ctx.output
                .note(&format!("The browser could not be started: {error}"));
        }
    }
    let output = ctx.output;
    let granted = ctx
        .session
        .wait(&prompt, &CancellationToken::new(), move |event| {
            if let SignInEvent::Trouble { words, .. } = event {
                output.note(&words);
            }
        })
        .await;
    // people were told of their clock beside the code
    let clock = ctx.session.clock_notice().filter(|_| ctx.output.json);
    match granted {
        Ok(notice) => report(&ctx, notice.or(clock)).await,
        Err(error) => refused(&ctx, error),
    }
}

/// Asks for a code. A fault that may pass is waited out: the person, or the script's own limit, ends it.
async fn begin(ctx: &Context) -> Result<DevicePrompt, SignInError> {
    loop {
        match ctx.session.begin().await {
            Err(SignInError::Unavailable { words, retry_in }) => {
                let wait = retry_in.clamp(LEAST_WAIT, MOST_WAIT);
                ctx.output.note(&format!(
                    "{words} Asking again in {} seconds; Ctrl-C gives up.",
                    wait.as_secs()
                ));
                tokio::time::sleep(wait).await;
            }
            done => return done,
        }
    }
}

/// What `login --json` prints last when nobody was signed in; people read it as the error.
#[derive(Serialize)]
struct Refused<'a> {
    signed_in: bool,
    error: &'static str,
    detail: &'a str,
}

fn refused(ctx: &Context, error: SignInError) -> Result<(), Exit> {
    let exit = Exit::from(error);
    if ctx.output.json {
        ctx.output.value(&Refused {
            signed_in: false,
            error: exit.error,
            detail: &exit.detail,
        })?;
    }
    Err(exit)
}

async fn report(ctx: &Context, notice: Option<String>) -> Result<(), Exit> {
    let api = ctx.api()?;
    let me = api.me().await;
    if let Ok(desk) = api.desk().await {
        ctx.session.lock_after(desk.lock_minutes).await;
    }
    if let Ok(me) = &me
        && !me.uid.is_empty()
    {
        ctx.session.belongs_to(&me.uid).await;
    }
    let backend = me
        .as_ref()
        .err()
        .map(|error| format!("The backend could not be asked who you are there: {error}"));
    if let Some(why) = &backend {
        ctx.output.note(why);
    }
    let done = SignedIn {
        signed_in: true,
        store: ctx.session.store().word(),
        lasts: ctx.session.lasts(),
        notice,
        me: me.ok(),
        backend,
    };
    ctx.output.show(&done, |done| {
        let mut text = match &done.me {
            Some(me) => format!("Signed in as {}.\n", safe(&person(me))),
            None => "Signed in.\n".to_owned(),
        };
        if !done.lasts {
            text.push_str("The sign-in lasts for this command only: there is no place to keep it.\n");
        }
        if let Some(notice) = &done.notice {
            text.push_str(&format!("{notice}\n"));
        }
        text
    })
}

fn show_prompt(ctx: &Context, prompt: &DevicePrompt) -> Result<(), Exit> {
    let left = prompt.deadline.saturating_duration_since(Instant::now());
    if ctx.output.json {
        return ctx.output.value(&PromptLine {
            user_code: &prompt.user_code,
            verification_uri: &prompt.verification_uri,
            verification_uri_complete: prompt.verification_uri_complete.as_deref(),
            expires_in: left.as_secs(),
        });
    }
    let left = match left.as_secs() {
        seconds @ 0..=90 => format!("{seconds} seconds"),
        seconds => format!("{} minutes", seconds.div_ceil(60)),
    };
    ctx.output.text(&format!(
        "Open this page, on any device:\n\n    {}\n\nand enter this code:\n\n    {}\n\nApprove only a sign-in that you \
         started yourself, here and now. Nobody from support will ever ask you for this code.\n\nWaiting for the \
         approval; the code is good for {left}. Ctrl-C gives up.\n",
        prompt.verification_uri, prompt.user_code
    ))
}

/// What `logout --json` prints.
#[derive(Serialize)]
struct SignedOut {
    signed_out: bool,
    /// At the issuer: `done`, `not_needed`, `not_offered` or `failed`.
    revocation: &'static str,
    /// At the backend: `ended`, `not_asked`, `not_offered` or `failed`.
    backend: &'static str,
    detail: String,
}

/// Ends the session.
pub(super) async fn logout(ctx: Context) -> Result<(), Exit> {
    let report = ctx.session.sign_out(end_at_backend(ctx.api()?, false)).await;
    let done = SignedOut {
        signed_out: report.forgotten.is_ok(),
        revocation: match report.revocation {
            Revocation::Done => "done",
            Revocation::NotNeeded => "not_needed",
            Revocation::NotOffered => "not_offered",
            Revocation::Failed(_) => "failed",
        },
        backend: match report.backend {
            AtBackend::Ended => "ended",
            AtBackend::NotAsked => "not_asked",
            AtBackend::NotOffered => "not_offered",
            AtBackend::Failed(_) => "failed",
        },
        detail: report.words(),
    };
    let failed = report.forgotten.is_err()
        || matches!(report.revocation, Revocation::Failed(_))
        || matches!(report.backend, AtBackend::Failed(_));
    if failed {
        return Err(Exit::new(FAILED, "sign_out_incomplete", done.detail));
    }
    ctx.output.show(&done, |done| format!("{}\n", done.detail))
}

/// Shows who is signed in.
pub(super) async fn whoami(ctx: Context) -> Result<(), Exit> {
    if !ctx.session.signed_in() {
        return Err(Exit::new(
            NOT_SIGNED_IN,
            "not_signed_in",
            ctx.session
                .ended()
                .unwrap_or_else(|| "nobody is signed in".to_owned()),
        )
        .and_next("Sign in with: tokendesk login".to_owned()));
    }
    let me = ctx.api()?.me().await?;
    ctx.output.show(&me, |me| {
        facts(&[
            ("name", me.name.clone()),
            ("employee", me.employee_id.clone()),
            ("role", me.role.map_or("none", |role| role.word()).to_owned()),
            ("tier", me.tier.map(|tier| tier.to_string()).unwrap_or_default()),
            ("availability", me.availability.word().to_owned()),
            ("backend", ctx.config.backend.url.clone()),
            ("issuer", me.issuer.clone()),
        ])
    })
}

fn person(me: &Me) -> String {
    match me.role {
        Some(role) => format!("{} ({}), {}", me.name, me.employee_id, role.word()),
        None => format!(
            "{} ({}), without any role: nothing is allowed yet",
            me.name, me.employee_id
        ),
    }
}
