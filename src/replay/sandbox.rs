//! What the sandbox has beside the language, and what it has otherwise than its engine: the
//! names of Node 20, sums and texts as V8 makes them, and refusals of the rest.
//!
//! The law is that a reducer gives the state that Node gives, or a refusal by name, never
//! another state in silence.

mod dates;
mod digits;
mod math;
mod rewrite;
mod web;
mod zone;

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Instant;

pub use rewrite::rewrite;
use rquickjs::convert::List;
use rquickjs::function::Opt;
use rquickjs::{Coerced, Ctx, Function, Object, Persistent, Value};

/// The sandbox's own files, in this order after the first.
const PARTS: [&str; 7] = [
    include_str!("sandbox/errors.js"),
    include_str!("sandbox/numbers.js"),
    include_str!("sandbox/dates.js"),
    include_str!("sandbox/sort.js"),
    include_str!("sandbox/text.js"),
    include_str!("sandbox/web.js"),
    include_str!("sandbox/names.js"),
];
/// Names that Node has, with their members: see `names.js`.
const MISSING: &str = include_str!("sandbox/missing.txt");
const PRELUDE: &str = include_str!("sandbox/prelude.js");

/// What the engine asks for every error that it makes: a function, and the world. To be
/// dropped before its runtime.
#[derive(Default)]
pub struct Hook(Rc<RefCell<Option<Hooked>>>);

type Hooked = (Persistent<Function<'static>>, Persistent<Object<'static>>);

impl Drop for Hook {
    fn drop(&mut self) {
        // The engine itself holds the last of the others.
        self.0.take();
    }
}

/// Makes a context the sandbox; the answer is the `world` that the driver asks.
///
/// # Errors
/// There is no memory for it.
pub fn furnish<'js>(ctx: &Ctx<'js>, count: Function<'js>) -> rquickjs::Result<(Object<'js>, Hook)> {
    let hook = Hook::default();
    let natives = natives(ctx, &hook)?;
    natives.set("count", count)?;
    let kit: Object<'js> = ctx.eval::<Function<'js>, _>(PRELUDE)?.call((natives,))?;
    for part in PARTS {
        ctx.eval::<Function<'js>, _>(part)?.call::<_, ()>((kit.clone(),))?;
    }
    Ok((kit.get("world")?, hook))
}

type Argument = Opt<Coerced<f64>>;

fn number(argument: Argument) -> f64 {
    argument.0.map_or(f64::NAN, |given| given.0)
}

fn natives<'js>(ctx: &Ctx<'js>, hook: &Hook) -> rquickjs::Result<Object<'js>> {
    let natives = Object::new(ctx.clone())?;
    for (name, function) in math::OF_ONE {
        natives.set(name, Function::new(ctx.clone(), move |x: Argument| function(number(x)))?)?;
    }
    for (name, function) in math::OF_TWO {
        let of_two = move |x: Argument, y: Argument| function(number(x), number(y));
        natives.set(name, Function::new(ctx.clone(), of_two)?)?;
    }
    natives.set("inBase", Function::new(ctx.clone(), digits::in_base)?)?;
    natives.set("parseDate", Function::new(ctx.clone(), parse_date)?)?;
    natives.set("missing", MISSING)?;
    web::add(&natives)?;
    // Null where it is no text of a program; the engine itself says why.
    natives.set("rewrite", Function::new(ctx.clone(), |text: String| rewrite(&text, false).ok())?)?;
    let start = Instant::now();
    natives.set("now", Function::new(ctx.clone(), move || start.elapsed().as_secs_f64() * 1e3)?)?;
    natives.set("isUtc", zone::is_utc())?;
    natives.set("platform", platform())?;
    natives.set("arch", architecture())?;
    // The engine calls this for every error it makes, also where its stack is used up: then
    // nothing else can run.
    let place = Rc::clone(&hook.0);
    let on_error = move |ctx: Ctx<'js>, hook: Function<'js>, world: Object<'js>| {
        place.replace(Some((Persistent::save(&ctx, hook), Persistent::save(&ctx, world))));
        let place = Rc::clone(&place);
        Function::new(ctx, move |ctx: Ctx<'js>, error: Value<'js>, sites: Value<'js>| {
            let hooked = place.borrow().clone();
            let Some((hook, world)) = hooked else { return Ok(Value::new_undefined(ctx)) };
            let message = error.as_object().and_then(|error| error.get::<_, String>("message").ok());
            if message.as_deref() == Some("Maximum call stack size exceeded") {
                world.restore(&ctx)?.set("overflowed", true)?;
            }
            hook.restore(&ctx)?.call::<_, Value<'js>>((error, sites))
        })
    };
    natives.set("onError", Function::new(ctx.clone(), on_error)?)?;
    Ok(natives)
}

/// Milliseconds, and whether they are of the machine's own zone.
fn parse_date(text: String) -> List<(f64, bool)> {
    let units: Vec<u16> = text.encode_utf16().collect();
    match dates::parse(&units) {
        dates::Parsed::Utc(moment) => List((moment, false)),
        dates::Parsed::Local(moment) => List((moment, true)),
    }
}

fn platform() -> &'static str {
    match std::env::consts::OS {
        "macos" => "darwin",
        "windows" => "win32",
        other => other,
    }
}

fn architecture() -> &'static str {
    match std::env::consts::ARCH {
        "x86_64" => "x64",
        "aarch64" => "arm64",
        other => other,
    }
}
