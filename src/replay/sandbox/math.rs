//! The functions of JavaScript's `Math` whose last digits the language leaves open, as V8 11.3
//! (Node 20) computes them: the algorithms of fdlibm (Sun Microsystems, 1993, freely usable),
//! each in the order of operations that V8 has. Where the crate `libm` has the same order, it
//! does the work. A test compares each with Node, bit by bit.

// The digits are the published ones.
#![allow(clippy::excessive_precision, clippy::approx_constant)]

use std::f64::consts::E;

pub type OfOne = (&'static str, fn(f64) -> f64);
pub type OfTwo = (&'static str, fn(f64, f64) -> f64);

/// The functions of one number, by their names in `Math`, and those of two.
pub const OF_ONE: [OfOne; 19] = [
    ("exp", exp),
    ("expm1", libm::expm1),
    ("log", log),
    ("log1p", log1p),
    ("log2", libm::log2),
    ("log10", log10),
    ("sin", sin),
    ("cos", cos),
    ("tan", libm::tan),
    ("asin", libm::asin),
    ("acos", libm::acos),
    ("atan", libm::atan),
    ("sinh", sinh),
    ("cosh", cosh),
    ("tanh", tanh),
    ("asinh", asinh),
    ("acosh", acosh),
    ("atanh", atanh),
    ("cbrt", cbrt),
];
pub const OF_TWO: [OfTwo; 2] = [("pow", pow), ("atan2", atan2)];

const LN2_HI: f64 = 6.93147180369123816490e-01;
const LN2_LO: f64 = 1.90821492927058770002e-10;
const TWO54: f64 = 1.80143985094819840000e+16;

/// The upper half of a number: its sign, exponent and first digits.
fn high(x: f64) -> i32 {
    (x.to_bits() >> 32) as i32
}

fn low(x: f64) -> u32 {
    x.to_bits() as u32
}

fn with_high(x: f64, high: i32) -> f64 {
    f64::from_bits((u64::from(high as u32) << 32) | u64::from(low(x)))
}

/// The number without its lower half.
fn upper(x: f64) -> f64 {
    f64::from_bits(x.to_bits() & 0xffff_ffff_0000_0000)
}

fn polynomial(x: f64, factors: &[f64]) -> f64 {
    factors.iter().rev().fold(0.0, |sum, factor| factor + x * sum)
}

fn exp(x: f64) -> f64 {
    if x == 1.0 { E } else { libm::exp(x) }
}

/// Factors of the approximation of `log(1 + f)`.
const LOG: [f64; 7] = [
    6.666666666666735130e-01,
    3.999999999940941908e-01,
    2.857142874366239149e-01,
    2.222219843214978396e-01,
    1.818357216161805012e-01,
    1.531383769920937332e-01,
    1.479819860511658591e-01,
];

/// What a logarithm begins with: the number, no longer tiny, and how many times it was doubled for
/// that, less than zero. `Err`: the logarithm, where that is known already.
fn logarithm_of(x: f64) -> Result<(f64, i32), f64> {
    if x == 0.0 {
        return Err(f64::NEG_INFINITY);
    }
    if x.is_nan() || x < 0.0 {
        return Err(f64::NAN);
    }
    match high(x) {
        0x7ff0_0000.. => Err(x),
        ..0x0010_0000 => Ok((x * TWO54, -54)),
        _ => Ok((x, 0)),
    }
}

fn log(x: f64) -> f64 {
    let (mut x, mut k) = match logarithm_of(x) {
        Ok(parts) => parts,
        Err(known) => return known,
    };
    let mut hx = high(x);
    k += (hx >> 20) - 1023;
    hx &= 0x000f_ffff;
    let half = (hx + 0x9_5f64) & 0x10_0000;
    x = with_high(x, hx | (half ^ 0x3ff0_0000));
    k += half >> 20;
    let (f, dk) = (x - 1.0, f64::from(k));
    if (0x000f_ffff & (2 + hx)) < 3 {
        if f == 0.0 {
            return if k == 0 { 0.0 } else { dk * LN2_HI + dk * LN2_LO };
        }
        let r = f * f * (0.5 - 0.33333333333333333 * f);
        return if k == 0 { f - r } else { dk * LN2_HI - ((r - dk * LN2_LO) - f) };
    }
    let s = f / (2.0 + f);
    let z = s * s;
    let w = z * z;
    let even = w * (LOG[1] + w * (LOG[3] + w * LOG[5]));
    let odd = z * (LOG[0] + w * (LOG[2] + w * (LOG[4] + w * LOG[6])));
    let r = odd + even;
    if ((hx - 0x6_147a) | (0x6_b851 - hx)) > 0 {
        let half = 0.5 * f * f;
        if k == 0 { f - (half - s * (half + r)) } else { dk * LN2_HI - ((half - (s * (half + r) + dk * LN2_LO)) - f) }
    } else if k == 0 {
        f - s * (f - r)
    } else {
        dk * LN2_HI - ((s * (f - r) - dk * LN2_LO) - f)
    }
}

fn log1p(x: f64) -> f64 {
    let hx = high(x);
    let ax = hx & 0x7fff_ffff;
    // log1p(x) = log(u) + c, u = 1 + x as 2^k (1 + f)
    let (mut k, mut f, mut c, mut hu) = (1, 0.0, 0.0, 1);
    if hx < 0x3fda_827a {
        if ax >= 0x3ff0_0000 {
            return if x == -1.0 { f64::NEG_INFINITY } else { f64::NAN };
        }
        if ax < 0x3e20_0000 {
            return if ax < 0x3c90_0000 { x } else { x - x * x * 0.5 };
        }
        if hx > 0 || hx <= 0xbfd2_bec4_u32 as i32 {
            k = 0;
            f = x;
        }
    }
    if hx >= 0x7ff0_0000 {
        return x + x;
    }
    if k != 0 {
        let mut u;
        if hx < 0x4340_0000 {
            u = 1.0 + x;
            hu = high(u);
            k = (hu >> 20) - 1023;
            c = if k > 0 { 1.0 - (u - x) } else { x - (u - 1.0) };
            c /= u;
        } else {
            u = x;
            hu = high(u);
            k = (hu >> 20) - 1023;
        }
        hu &= 0x000f_ffff;
        if hu < 0x6_a09e {
            u = with_high(u, hu | 0x3ff0_0000);
        } else {
            k += 1;
            u = with_high(u, hu | 0x3fe0_0000);
            hu = (0x0010_0000 - hu) >> 2;
        }
        f = u - 1.0;
    }
    let half = 0.5 * f * f;
    let dk = f64::from(k);
    if hu == 0 {
        if f == 0.0 {
            return if k == 0 { 0.0 } else { dk * LN2_HI + (c + dk * LN2_LO) };
        }
        let r = half * (1.0 - 0.66666666666666666 * f);
        return if k == 0 { f - r } else { dk * LN2_HI - ((r - (dk * LN2_LO + c)) - f) };
    }
    let s = f / (2.0 + f);
    let z = s * s;
    let r = z * polynomial(z, &LOG);
    if k == 0 { f - (half - s * (half + r)) } else { dk * LN2_HI - ((half - (s * (half + r) + (dk * LN2_LO + c))) - f) }
}

fn log10(x: f64) -> f64 {
    const PER_LN10: f64 = 4.34294481903251816668e-01;
    const LOG10_2_HI: f64 = 3.01029995663611771306e-01;
    const LOG10_2_LO: f64 = 3.69423907715893078616e-13;
    let (mut x, mut k) = match logarithm_of(x) {
        Ok(parts) => parts,
        Err(known) => return known,
    };
    let hx = high(x);
    if x == 1.0 {
        return 0.0;
    }
    k += (hx >> 20) - 1023;
    let below = i32::from(k < 0);
    x = with_high(x, (hx & 0x000f_ffff) | ((0x3ff - below) << 20));
    let y = f64::from(k + below);
    let z = y * LOG10_2_LO + PER_LN10 * log(x);
    z + y * LOG10_2_HI
}

/// The sine of `x + y` for `|x| <= π/4`; `y` is its tail.
fn sine(x: f64, y: Option<f64>) -> f64 {
    const S: [f64; 6] = [
        -1.66666666666666324348e-01,
        8.33333333332248946124e-03,
        -1.98412698298579493134e-04,
        2.75573137070700676789e-06,
        -2.50507602534068634195e-08,
        1.58969099521155010221e-10,
    ];
    if (high(x) & 0x7fff_ffff) < 0x3e40_0000 {
        return x;
    }
    let z = x * x;
    let v = z * x;
    let r = S[1] + z * (S[2] + z * (S[3] + z * (S[4] + z * S[5])));
    match y {
        None => x + v * (S[0] + z * r),
        Some(y) => x - ((z * (0.5 * y - v * r) - y) - v * S[0]),
    }
}

/// The cosine of `x + y` for `|x| <= π/4`; `y` is its tail.
fn cosine(x: f64, y: f64) -> f64 {
    const C: [f64; 6] = [
        4.16666666666666019037e-02,
        -1.38888888888741095749e-03,
        2.48015872894767294178e-05,
        -2.75573143513906633035e-07,
        2.08757232129817482790e-09,
        -1.13596475577881948265e-11,
    ];
    let ix = high(x) & 0x7fff_ffff;
    if ix < 0x3e40_0000 {
        return 1.0;
    }
    let z = x * x;
    let r = z * (C[0] + z * (C[1] + z * (C[2] + z * (C[3] + z * (C[4] + z * C[5])))));
    if ix < 0x3fd3_3333 {
        return 1.0 - (0.5 * z - (z * r - x * y));
    }
    let part = if ix > 0x3fe9_0000 { 0.28125 } else { with_high(0.0, ix - 0x0020_0000) };
    let half = 0.5 * z - part;
    let rest = 1.0 - part;
    rest - (half - (z * r - x * y))
}

/// `x` less a whole number of quarter turns, as a value and its tail; and that number, of which
/// the last two bits count.
fn quarter_turns(x: f64) -> (i32, f64, f64) {
    // π/2 in three parts of 33 bits, each with what is left after it.
    const PARTS: [(f64, f64); 3] = [
        (1.57079632673412561417e+00, 6.07710050650619224932e-11),
        (6.07710050630396597660e-11, 2.02226624879595063154e-21),
        (2.02226624871116645580e-21, 8.47842766036889956997e-32),
    ];
    const TURNS: f64 = 6.36619772367581382433e-01;
    let ix = high(x) & 0x7fff_ffff;
    let sign = if x < 0.0 { -1.0 } else { 1.0 };
    let t = x.abs();
    if ix < 0x4002_d97c {
        let (part, rest) = if ix == 0x3ff9_21fb { (PARTS[0].0, PARTS[1]) } else { (0.0, PARTS[0]) };
        let z = t - part - rest.0;
        let y = z - rest.1;
        return (sign as i32, sign * y, sign * ((z - y) - rest.1));
    }
    if ix > 0x4139_21fb {
        let (n, y, tail) = many_turns(t);
        return if x < 0.0 { (-n, -y, -tail) } else { (n, y, tail) };
    }
    let n = (t * TURNS + 0.5) as i32;
    let count = f64::from(n);
    let mut r = t - count * PARTS[0].0;
    let mut w = count * PARTS[0].1;
    let mut y = r - w;
    for (at, lost) in [(1, 16), (2, 49)] {
        // Too many digits went: another part.
        if (ix >> 20) - ((high(y) >> 20) & 0x7ff) <= lost {
            break;
        }
        let before = r;
        w = count * PARTS[at].0;
        r = before - w;
        w = count * PARTS[at].1 - ((before - r) - w);
        y = r - w;
    }
    let tail = (r - y) - w;
    if x < 0.0 { (-n, -y, -tail) } else { (n, y, tail) }
}

/// 2/π after the point, 24 bits each.
const TWO_BY_PI: [i32; 66] = [
    0xa2f983, 0x6e4e44, 0x1529fc, 0x2757d1, 0xf534dd, 0xc0db62, 0x95993c, 0x439041, 0xfe5163, 0xabdebb, 0xc561b7,
    0x246e3a, 0x424dd2, 0xe00649, 0x2eea09, 0xd1921c, 0xfe1deb, 0x1cb129, 0xa73ee8, 0x8235f5, 0x2ebb44, 0x84e99c,
    0x7026b4, 0x5f7e41, 0x3991d6, 0x398353, 0x39f49c, 0x845f8b, 0xbdf928, 0x3b1ff8, 0x97ffde, 0x05980f, 0xef2f11,
    0x8b5a0a, 0x6d1f6d, 0x367ecf, 0x27cb09, 0xb74f46, 0x3f669e, 0x5fea2d, 0x7527ba, 0xc7ebe5, 0xf17b3d, 0x0739f7,
    0x8a5292, 0xea6bfb, 0x5fb11f, 0x8d5d08, 0x560330, 0x46fc7b, 0x6babf0, 0xcfbc20, 0x9af436, 0x1da9e3, 0x91615e,
    0xe61b08, 0x659985, 0x5f14a0, 0x68408d, 0xffd880, 0x4d7327, 0x310606, 0x1556ca, 0x73a8c9, 0x60e27b, 0xc08c6b,
];

/// π/2, 24 bits each.
const HALF_PI: [f64; 5] = [
    1.57079625129699707031e+00,
    7.54978941586159635335e-08,
    5.39030252995776476554e-15,
    3.28200341580791294123e-22,
    1.27065575308067607349e-29,
];

/// Quarter turns of a large positive number, by the digits of 2/π that count.
fn many_turns(t: f64) -> (i32, f64, f64) {
    const CHUNK: f64 = 16_777_216.0;
    let scale = |x: f64, by: i32| libm::scalbn(x, by);
    let exponent = (high(t) >> 20) - 1046;
    let mut z = with_high(t, high(t) - (exponent << 20));
    // The number in chunks of 24 bits.
    let mut x = Vec::with_capacity(3);
    for _ in 0..2 {
        x.push(z.trunc());
        z = (z - z.trunc()) * CHUNK;
    }
    x.push(z);
    while x.last() == Some(&0.0) {
        x.pop();
    }
    let last = x.len() - 1;
    let skipped = ((exponent - 3) / 24).max(0);
    let mut q0 = exponent - 24 * (skipped + 1);
    let digit = |at: i32| usize::try_from(at).ok().and_then(|at| TWO_BY_PI.get(at)).map_or(0.0, |&d| f64::from(d));
    let product = |i: usize| -> f64 {
        (0..=last).fold(0.0, |sum, j| sum + x[j] * digit(skipped - last as i32 + (last + i - j) as i32))
    };
    let first = HALF_PI.len() - 1;
    let mut q: Vec<f64> = (0..=first).map(product).collect();
    let (mut n, mut above, mut z, mut chunks);
    loop {
        let jz = q.len() - 1;
        chunks = Vec::with_capacity(jz + 2);
        z = q[jz];
        for j in (1..=jz).rev() {
            let carry = (z / CHUNK).trunc();
            chunks.push((z - CHUNK * carry) as i32);
            z = q[j - 1] + carry;
        }
        z = scale(z, q0);
        z -= 8.0 * (z * 0.125).floor();
        n = z as i32;
        z -= f64::from(n);
        // Whether the fraction is above a half: then it is taken from one.
        above = 0;
        if q0 > 0 {
            let more = chunks[jz - 1] >> (24 - q0);
            n += more;
            chunks[jz - 1] -= more << (24 - q0);
            above = chunks[jz - 1] >> (23 - q0);
        } else if q0 == 0 {
            above = chunks[jz - 1] >> 23;
        } else if z >= 0.5 {
            above = 2;
        }
        if above > 0 {
            n += 1;
            let mut carry = false;
            for chunk in &mut chunks {
                if carry {
                    *chunk = 0xff_ffff - *chunk;
                } else if *chunk != 0 {
                    carry = true;
                    *chunk = 0x100_0000 - *chunk;
                }
            }
            if q0 > 0 {
                chunks[jz - 1] &= 0xff_ffff >> q0;
            }
            if above == 2 {
                z = 1.0 - z;
                if carry {
                    z -= scale(1.0, q0);
                }
            }
        }
        if z == 0.0 && chunks[first..].iter().all(|&chunk| chunk == 0) {
            let more = (1..=first).find(|k| chunks[first - k] != 0).unwrap_or(first);
            for i in jz + 1..=jz + more {
                q.push(product(i));
            }
            continue;
        }
        break;
    }
    if z == 0.0 {
        loop {
            q0 -= 24;
            if chunks.last() != Some(&0) {
                break;
            }
            chunks.pop();
        }
    } else {
        z = scale(z, -q0);
        if z >= CHUNK {
            let carry = (z / CHUNK).trunc();
            chunks.push((z - CHUNK * carry) as i32);
            q0 += 24;
            chunks.push(carry as i32);
        } else {
            chunks.push(z as i32);
        }
    }
    let jz = chunks.len() - 1;
    let mut weight = scale(1.0, q0);
    let mut fraction = vec![0.0; jz + 1];
    for i in (0..=jz).rev() {
        fraction[i] = weight * f64::from(chunks[i]);
        weight /= CHUNK;
    }
    let parts: Vec<f64> =
        (0..=jz).map(|d| (0..=d.min(first)).fold(0.0, |sum, k| sum + HALF_PI[k] * fraction[jz - d + k])).collect();
    let y = parts.iter().rev().fold(0.0, |sum, part| sum + part);
    let tail = parts[1..].iter().fold(parts[0] - y, |sum, part| sum + part);
    if above == 0 { (n & 7, y, tail) } else { (n & 7, -y, -tail) }
}

fn sin(x: f64) -> f64 {
    let ix = high(x) & 0x7fff_ffff;
    if ix <= 0x3fe9_21fb {
        return sine(x, None);
    }
    if ix >= 0x7ff0_0000 {
        return f64::NAN;
    }
    let (n, y, tail) = quarter_turns(x);
    match n & 3 {
        0 => sine(y, Some(tail)),
        1 => cosine(y, tail),
        2 => -sine(y, Some(tail)),
        _ => -cosine(y, tail),
    }
}

fn cos(x: f64) -> f64 {
    let ix = high(x) & 0x7fff_ffff;
    if ix <= 0x3fe9_21fb {
        return cosine(x, 0.0);
    }
    if ix >= 0x7ff0_0000 {
        return f64::NAN;
    }
    let (n, y, tail) = quarter_turns(x);
    match n & 3 {
        0 => cosine(y, tail),
        1 => -sine(y, Some(tail)),
        2 => -cosine(y, tail),
        _ => sine(y, Some(tail)),
    }
}

fn atan2(y: f64, x: f64) -> f64 {
    const PI: f64 = 3.1415926535897931160E+00;
    const PI_TAIL: f64 = 1.2246467991473531772E-16;
    let plain = x.is_nan() || y.is_nan() || x == 1.0 || x == 0.0 || y == 0.0 || x.is_infinite() || y.is_infinite();
    if plain {
        return libm::atan2(y, x);
    }
    let k = ((high(y) & 0x7fff_ffff) - (high(x) & 0x7fff_ffff)) >> 20;
    let mut leftwards = x < 0.0;
    let z = if k > 60 {
        leftwards = false;
        1.5707963267948965580E+00 + 0.5 * PI_TAIL
    } else if x < 0.0 && k < -60 {
        0.0
    } else {
        libm::atan((y / x).abs())
    };
    match (leftwards, y < 0.0) {
        (false, false) => z,
        (false, true) => -z,
        (true, false) => PI - (z - PI_TAIL),
        (true, true) => (z - PI_TAIL) - PI,
    }
}

/// Half of `exp(x)` where that alone would be too large, times the sign of `half`.
fn half_exp(half: f64, x: f64) -> f64 {
    let w = exp(0.5 * x);
    (half * w) * w
}

const MOST_HYPERBOLIC: f64 = 710.4758600739439;

fn sinh(x: f64) -> f64 {
    let half = if x < 0.0 { -0.5 } else { 0.5 };
    let ax = x.abs();
    if ax < 22.0 {
        if ax < 3.725290298461914e-9 {
            return x;
        }
        let t = libm::expm1(ax);
        return if ax < 1.0 { half * (2.0 * t - t * t / (t + 1.0)) } else { half * (t + t / (t + 1.0)) };
    }
    if ax < 709.7822265625 {
        return half * exp(ax);
    }
    if ax <= MOST_HYPERBOLIC { half_exp(half, ax) } else { x * 1.0e307 }
}

fn cosh(x: f64) -> f64 {
    let ix = high(x) & 0x7fff_ffff;
    let ax = x.abs();
    if ix < 0x3fd6_2e43 {
        let t = libm::expm1(ax);
        let w = 1.0 + t;
        return if ix < 0x3c80_0000 { w } else { 1.0 + (t * t) / (w + w) };
    }
    if ix < 0x4036_0000 {
        let t = exp(ax);
        return 0.5 * t + 0.5 / t;
    }
    if ix < 0x4086_2e42 {
        return 0.5 * exp(ax);
    }
    if ax <= MOST_HYPERBOLIC {
        half_exp(0.5, ax)
    } else if x.is_nan() {
        x
    } else {
        f64::INFINITY
    }
}

fn tanh(x: f64) -> f64 {
    let ix = high(x) & 0x7fff_ffff;
    if ix >= 0x7ff0_0000 {
        return if x < 0.0 { 1.0 / x - 1.0 } else { 1.0 / x + 1.0 };
    }
    let z = if ix < 0x3e30_0000 {
        return x;
    } else if ix >= 0x4036_0000 {
        1.0
    } else if ix >= 0x3ff0_0000 {
        1.0 - 2.0 / (libm::expm1(2.0 * x.abs()) + 2.0)
    } else {
        let t = libm::expm1(-2.0 * x.abs());
        -t / (t + 2.0)
    };
    if x < 0.0 { -z } else { z }
}

const LN2: f64 = 6.93147180559945286227e-01;

fn asinh(x: f64) -> f64 {
    let ix = high(x) & 0x7fff_ffff;
    if !(0x3e30_0000..0x7ff0_0000).contains(&ix) {
        return x;
    }
    let t = x.abs();
    let w = if ix > 0x41b0_0000 {
        log(t) + LN2
    } else if ix > 0x4000_0000 {
        log(2.0 * t + 1.0 / ((x * x + 1.0).sqrt() + t))
    } else {
        log1p(t + t * t / (1.0 + (1.0 + t * t).sqrt()))
    };
    if x < 0.0 { -w } else { w }
}

fn acosh(x: f64) -> f64 {
    let hx = high(x);
    if x.is_nan() || x < 1.0 {
        f64::NAN
    } else if hx >= 0x41b0_0000 {
        if hx >= 0x7ff0_0000 { x } else { log(x) + LN2 }
    } else if x == 1.0 {
        0.0
    } else if hx > 0x4000_0000 {
        log(2.0 * x - 1.0 / (x + (x * x - 1.0).sqrt()))
    } else {
        let t = x - 1.0;
        log1p(t + (2.0 * t + t * t).sqrt())
    }
}

fn atanh(x: f64) -> f64 {
    let ax = x.abs();
    if x.is_nan() || ax > 1.0 {
        return f64::NAN;
    }
    if ax == 1.0 {
        return x * f64::INFINITY;
    }
    if (high(x) & 0x7fff_ffff) < 0x3e30_0000 {
        return x;
    }
    let t = if ax < 0.5 {
        let twice = ax + ax;
        0.5 * log1p(twice + twice * ax / (1.0 - ax))
    } else {
        0.5 * log1p((ax + ax) / (1.0 - ax))
    };
    if x < 0.0 { -t } else { t }
}

fn cbrt(x: f64) -> f64 {
    const P: [f64; 5] = [
        1.87595182427177009643,
        -1.88497979543377169875,
        1.621429720105354466140,
        -0.758397934778766047437,
        0.145996192886612446982,
    ];
    let hx = high(x);
    let sign = (hx as u32) & 0x8000_0000;
    let ix = hx & 0x7fff_ffff;
    if ix >= 0x7ff0_0000 || x == 0.0 {
        return x + x;
    }
    let guess = if ix < 0x0010_0000 {
        ((high(x * TWO54) as u32) & 0x7fff_ffff) / 3 + 696_219_795
    } else {
        (ix as u32) / 3 + 715_094_163
    };
    let mut t = f64::from_bits(u64::from(sign | guess) << 32);
    let r = (t * t) * (t / x);
    t *= (P[0] + r * (P[1] + r * P[2])) + ((r * r) * r) * (P[3] + r * P[4]);
    t = f64::from_bits((t.to_bits() + 0x8000_0000) & 0xffff_ffff_c000_0000);
    let s = t * t;
    let r = x / s;
    t + t * ((r - t) / (t + t + r))
}

/// `x ** y`. V8 divides otherwise than fdlibm in its last step.
fn pow(x: f64, y: f64) -> f64 {
    if y.is_nan() || (y.is_infinite() && x.abs() == 1.0) {
        return f64::NAN;
    }
    let whole = y.trunc() == y;
    let special = y == 0.0 || y.is_infinite() || y.abs() == 1.0 || y == 2.0 || x.is_nan() || x.is_infinite();
    let (ix, iy) = (high(x) & 0x7fff_ffff, high(y) & 0x7fff_ffff);
    // Powers that need no digits, roots, and those that are too large or too small.
    if special
        || x == 0.0
        || x.abs() == 1.0
        || (x < 0.0 && !whole)
        || (y == 0.5 && x > 0.0)
        || (iy > 0x41e0_0000 && (iy > 0x43f0_0000 || !(0x3fef_ffff..=0x3ff0_0000).contains(&ix)))
    {
        return libm::pow(x, y);
    }
    let sign = if x < 0.0 && y % 2.0 != 0.0 { -1.0 } else { 1.0 };
    let (t1, t2) = if iy > 0x41e0_0000 { log2_near_one(x.abs()) } else { log2_parts(x.abs(), ix) };
    let y1 = upper(y);
    let p_l = (y - y1) * t1 + y * t2;
    let p_h = y1 * t1;
    let z = p_l + p_h;
    if z >= 1024.0 && (z > 1024.0 || p_l + 8.0085662595372944372e-017 > z - p_h) {
        return sign * f64::INFINITY;
    }
    if z <= -1075.0 && (z < -1075.0 || p_l <= z - p_h) {
        return sign * 0.0;
    }
    sign * exp2_parts(z, p_h, p_l)
}

/// As [`log2_parts`], for numbers so near to 1 that three terms of the series do.
fn log2_near_one(ax: f64) -> (f64, f64) {
    const PER_LN2: f64 = 1.44269504088896338700e+00;
    const PER_LN2_H: f64 = 1.44269502162933349609e+00;
    const PER_LN2_L: f64 = 1.92596299112661746887e-08;
    let t = ax - 1.0;
    let w = (t * t) * (0.5 - t * (0.3333333333333333333333 - t * 0.25));
    let u = PER_LN2_H * t;
    let v = t * PER_LN2_L - w * PER_LN2;
    let t1 = upper(u + v);
    (t1, v - (t1 - u))
}

/// log2(ax) as a value of few digits and the rest.
fn log2_parts(mut ax: f64, mut ix: i32) -> (f64, f64) {
    const L: [f64; 6] = [
        5.99999999999994648725e-01,
        4.28571428578550184252e-01,
        3.33333329818377432918e-01,
        2.72728123808534006489e-01,
        2.30660745775561754067e-01,
        2.06975017800338417784e-01,
    ];
    // 2/(3 ln 2), and its parts.
    const CP: f64 = 9.61796693925975554329e-01;
    const CP_H: f64 = 9.61796700954437255859e-01;
    const CP_L: f64 = -7.02846165095275826516e-09;
    let mut n = 0;
    if ix < 0x0010_0000 {
        ax *= 9007199254740992.0;
        n -= 53;
        ix = high(ax);
    }
    n += (ix >> 20) - 0x3ff;
    let j = ix & 0x000f_ffff;
    ix = j | 0x3ff0_0000;
    // Near 1 or near 1.5, the log2 of which has two parts.
    let (k, base, dp_h, dp_l) = if j <= 0x3_988e {
        (0, 1.0, 0.0, 0.0)
    } else if j < 0xb_b67a {
        (1, 1.5, 5.84962487220764160156e-01, 1.35003920212974897128e-08)
    } else {
        n += 1;
        ix -= 0x0010_0000;
        (0, 1.0, 0.0, 0.0)
    };
    ax = with_high(ax, ix);
    let u = ax - base;
    let v = 1.0 / (ax + base);
    let ss = u * v;
    let s_h = upper(ss);
    let t_h = with_high(0.0, ((ix >> 1) | 0x2000_0000) + 0x0008_0000 + (k << 18));
    let t_l = ax - (t_h - base);
    let s_l = v * ((u - s_h * t_h) - s_h * t_l);
    let s2 = ss * ss;
    let mut r = s2 * s2 * (L[0] + s2 * (L[1] + s2 * (L[2] + s2 * (L[3] + s2 * (L[4] + s2 * L[5])))));
    r += s_l * (s_h + ss);
    let s2 = s_h * s_h;
    let t_h = upper(3.0 + s2 + r);
    let t_l = r - ((t_h - 3.0) - s2);
    let u = s_h * t_h;
    let v = s_l * t_h + t_l * ss;
    let p_h = upper(u + v);
    let p_l = v - (p_h - u);
    let z_h = CP_H * p_h;
    let z_l = CP_L * p_h + p_l * CP + dp_l;
    let t = f64::from(n);
    let t1 = upper(((z_h + z_l) + dp_h) + t);
    (t1, z_l - (((t1 - t) - dp_h) - z_h))
}

/// 2 to the power of `p_h + p_l`, which is about `z`.
fn exp2_parts(z: f64, mut p_h: f64, p_l: f64) -> f64 {
    const P: [f64; 5] = [
        1.66666666666666019037e-01,
        -2.77777777770155933842e-03,
        6.61375632143793436117e-05,
        -1.65339022054652515390e-06,
        4.13813679705723846039e-08,
    ];
    const LN2_H: f64 = 6.93147182464599609375e-01;
    const LN2_L: f64 = -1.90465429995776804525e-09;
    let j = high(z);
    let i = j & 0x7fff_ffff;
    let mut n = 0;
    if i > 0x3fe0_0000 {
        let k = (i >> 20) - 0x3ff;
        n = j + (0x0010_0000 >> (k + 1));
        let k = ((n & 0x7fff_ffff) >> 20) - 0x3ff;
        let t = with_high(0.0, n & !(0x000f_ffff >> k));
        n = ((n & 0x000f_ffff) | 0x0010_0000) >> (20 - k);
        if j < 0 {
            n = -n;
        }
        p_h -= t;
    }
    let t = upper(p_l + p_h);
    let u = t * LN2_H;
    let v = (p_l - (t - p_h)) * LN2 + t * LN2_L;
    let z = u + v;
    let w = v - (z - u);
    let t = z * z;
    let t1 = z - t * (P[0] + t * (P[1] + t * (P[2] + t * (P[3] + t * P[4]))));
    let r = (z * t1) / ((t1 - 2.0) - (w + z * w));
    let z = 1.0 - (r - z);
    let j = high(z).wrapping_add(n << 20);
    if (j >> 20) <= 0 { libm::scalbn(z, n) } else { with_high(z, j) }
}

#[cfg(test)]
mod tests {
    use std::process::{Command, Stdio};

    use super::{OF_ONE, OF_TWO};

    const INPUTS: usize = 1_000_000;
    const BLOCK: usize = 10_000;

    /// The same numbers in both languages: Mulberry32.
    struct Chance(u32);

    impl Chance {
        fn next(&mut self) -> u32 {
            self.0 = self.0.wrapping_add(0x6d2b_79f5);
            let mut t = (self.0 ^ (self.0 >> 15)).wrapping_mul(1 | self.0);
            t = t.wrapping_add((t ^ (t >> 7)).wrapping_mul(61 | t)) ^ t;
            t ^ (t >> 14)
        }

        /// Any bits, and numbers of usual sizes.
        fn number(&mut self, at: usize) -> f64 {
            let (a, b) = (self.next(), self.next());
            let share = f64::from(a) / 4_294_967_296.0 - 0.5;
            match at % 8 {
                0 => f64::from_bits((u64::from(a) << 32) | u64::from(b)),
                1 => share * 4.0,
                2 => share * 2e3,
                3 => share * 1e9,
                4 => f64::from(a % 4_000) - 2_000.0,
                5 => (f64::from(a % 4_000) - 2_000.0) / [2.0, 4.0, 10.0, 100.0][(b % 4) as usize],
                6 => share * [1e-3, 1e-8, 1e-15, 1e-300][(b % 4) as usize],
                _ => 1.0 + share * [1e-2, 1e-9, 1e-15, 0.9][(b % 4) as usize],
            }
        }
    }

    const NODE: &str = r"
        let s = 2024;
        const next = () => { s = (s + 0x6d2b79f5) | 0; let t = Math.imul(s ^ (s >>> 15), 1 | s); t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t; return (t ^ (t >>> 14)) >>> 0; };
        const words = new Uint32Array(2), double = new Float64Array(words.buffer);
        const number = (at) => {
          const a = next(), b = next(), share = a / 4294967296 - 0.5;
          switch (at % 8) {
            case 0: words[1] = a; words[0] = b; return double[0];
            case 1: return share * 4;
            case 2: return share * 2e3;
            case 3: return share * 1e9;
            case 4: return a % 4000 - 2000;
            case 5: return (a % 4000 - 2000) / [2, 4, 10, 100][b % 4];
            case 6: return share * [1e-3, 1e-8, 1e-15, 1e-300][b % 4];
            default: return 1 + share * [1e-2, 1e-9, 1e-15, 0.9][b % 4];
          }
        };
        const [inputs, block, ones, twos] = JSON.parse(process.argv[1]);
        const x = [], y = [];
        for (let i = 0; i < inputs; i++) { x.push(number(i)); y.push(number(i + (i >>> 3))); }
        const lines = [];
        for (const [names, count] of [[ones, 1], [twos, 2]]) for (const name of names) {
          const f = Math[name];
          for (let from = 0; from < inputs; from += block) {
            let sum = 0;
            for (let i = from; i < from + block; i++) {
              double[0] = count === 1 ? f(x[i]) : f(x[i], y[i]);
              if (double[0] !== double[0]) { words[0] = 0; words[1] = 0x7ff80000; }
              sum = (Math.imul(sum, 31) + words[0]) | 0;
              sum = (Math.imul(sum, 31) + words[1]) | 0;
            }
            lines.push(`${name} ${from} ${sum >>> 0}`);
          }
        }
        process.stdout.write(lines.join('\n'));";

    fn sum(results: impl Iterator<Item = f64>) -> u32 {
        results.fold(0, |sum: u32, result| {
            let bits = if result.is_nan() { 0x7ff8_0000_0000_0000 } else { result.to_bits() };
            let once = sum.wrapping_mul(31).wrapping_add(bits as u32);
            once.wrapping_mul(31).wrapping_add((bits >> 32) as u32)
        })
    }

    #[test]
    fn a_million_results_of_each_function_are_those_of_node() {
        let version = Command::new("node").arg("--version").stderr(Stdio::null()).output();
        if !version.is_ok_and(|version| version.stdout.starts_with(b"v20.")) {
            return;
        }
        let names = serde_json::json!([INPUTS, BLOCK, OF_ONE.map(|(name, _)| name), OF_TWO.map(|(name, _)| name)]);
        let node = Command::new("node").args(["--eval", NODE, &names.to_string()]).output().unwrap();
        assert!(node.status.success(), "{}", String::from_utf8_lossy(&node.stderr));
        let mut chance = Chance(2024);
        let pairs: Vec<(f64, f64)> = (0..INPUTS).map(|i| (chance.number(i), chance.number(i + (i >> 3)))).collect();
        let mut lines = Vec::new();
        for (name, function) in OF_ONE {
            for (at, block) in pairs.chunks(BLOCK).enumerate() {
                lines.push(format!("{name} {} {}", at * BLOCK, sum(block.iter().map(|(x, _)| function(*x)))));
            }
        }
        for (name, function) in OF_TWO {
            for (at, block) in pairs.chunks(BLOCK).enumerate() {
                lines.push(format!("{name} {} {}", at * BLOCK, sum(block.iter().map(|(x, y)| function(*x, *y)))));
            }
        }
        let said = String::from_utf8(node.stdout).unwrap();
        let differ: Vec<(&str, &String)> =
            said.lines().zip(&lines).filter(|(node, ours)| node != ours).take(5).collect();
        assert!(differ.is_empty(), "{differ:?}");
        assert_eq!(said.lines().count(), lines.len());
    }

    #[test]
    fn results_that_a_machine_without_node_can_check() {
        let cases = [
            (super::pow(0.19123628492047962, 21.0), 8.184200542807246e-16),
            (super::pow(3.5499488028180164e-60, -3.0), 2.235289256764193e178),
            (super::pow(1.0 + f64::EPSILON, 3e9), 1.0000006661340366),
            (super::sin(862.0), 0.9333421683683805),
            (super::cos(-5.591137270692263e226), 0.9084824560228197),
            (super::log(185.0), 5.220355825078325),
            (super::log10(53.0), 1.7242758696007892),
            (super::exp(1.0), std::f64::consts::E),
            (super::tanh(0.38587969812590117), 0.3678027270610034),
            (super::cbrt(4.3920139025287855e-178), 7.601300506051907e-60),
        ];
        for (found, wanted) in cases {
            assert_eq!(found.to_bits(), wanted.to_bits(), "{found} {wanted}");
        }
    }
}
