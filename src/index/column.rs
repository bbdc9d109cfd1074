//! A column of integers in as few bytes as its values allow.

/// Values of one segment; `i64::MIN` stands for none.
#[derive(Clone, Debug)]
pub(super) enum Packed {
    /// `base + unit * value`; the largest value stands for none.
    Short {
        base: i64,
        unit: i64,
        values: Box<[u16]>,
    },
    Long {
        base: i64,
        unit: i64,
        values: Box<[u32]>,
    },
    Full(Box<[i64]>),
}

/// Stands for "no value".
pub(super) const NONE: i64 = i64::MIN;

impl Packed {
    pub(super) fn pack(values: &[i64]) -> Packed {
        let known = || values.iter().copied().filter(|value| *value != NONE);
        let (Some(min), Some(max)) = (known().min(), known().max()) else {
            return Packed::Short { base: 0, unit: 1, values: vec![u16::MAX; values.len()].into() };
        };
        // Times in whole milliseconds or seconds need fewer bits.
        let unit =
            [1_000_000, 1_000].into_iter().find(|unit| known().all(|v| v.wrapping_sub(min) % unit == 0)).unwrap_or(1);
        let Some(range) = max.checked_sub(min).map(|range| range / unit) else {
            return Packed::Full(values.into());
        };
        let value = |value: &i64| (*value != NONE).then(|| (value - min) / unit);
        if range < i64::from(u16::MAX) {
            let short = values.iter().map(|v| value(v).map_or(u16::MAX, |v| v as u16)).collect();
            Packed::Short { base: min, unit, values: short }
        } else if range < i64::from(u32::MAX) {
            let long = values.iter().map(|v| value(v).map_or(u32::MAX, |v| v as u32)).collect();
            Packed::Long { base: min, unit, values: long }
        } else {
            Packed::Full(values.into())
        }
    }

    pub(super) fn get(&self, at: usize) -> Option<i64> {
        match self {
            Packed::Short { base, unit, values } => {
                values.get(at).filter(|v| **v != u16::MAX).map(|v| base + unit * i64::from(*v))
            }
            Packed::Long { base, unit, values } => {
                values.get(at).filter(|v| **v != u32::MAX).map(|v| base + unit * i64::from(*v))
            }
            Packed::Full(values) => values.get(at).copied().filter(|v| *v != NONE),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn picks_the_smallest_form() {
        assert!(matches!(Packed::pack(&[7, 9, 65_000]), Packed::Short { .. }));
        assert!(matches!(Packed::pack(&[0, 40_000_000_000, NONE]), Packed::Short { unit: 1_000_000, .. }));
        assert!(matches!(Packed::pack(&[0, 100_000]), Packed::Short { unit: 1_000, .. }));
        assert!(matches!(Packed::pack(&[0, 100_001]), Packed::Long { unit: 1, .. }));
        assert!(matches!(Packed::pack(&[i64::MIN + 1, i64::MAX]), Packed::Full(_)));
    }

    proptest! {
        #[test]
        fn gives_back_what_it_was_given(
            values in prop::collection::vec(prop_oneof![any::<i64>(), 0i64..1_000, Just(NONE), Just(i64::MAX)], 0..40)
        ) {
            let column = Packed::pack(&values);
            for (at, value) in values.iter().enumerate() {
                prop_assert_eq!(column.get(at), Some(*value).filter(|v| *v != NONE));
            }
            prop_assert_eq!(column.get(values.len()), None);
        }
    }
}
