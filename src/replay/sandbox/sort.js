// Sorting with a comparator, as V8 does it: listsort (Tim Peters) for arrays, a merge sort for
// typed arrays. So comparators that contradict themselves are asked the same questions in the
// same order, and give the same order. Without a comparator there is only one right order, and
// the engine's own sort gives it.
(kit) => {
  'use strict';
  const { equip, method } = kit;
  const ArrayPrototype = Array.prototype;
  const { apply, getPrototypeOf } = Reflect;
  const TypedPrototype = getPrototypeOf(Uint8Array).prototype;
  const plainSort = method(ArrayPrototype.sort);
  const plainToSorted = method(ArrayPrototype.toSorted);
  const typedSort = method(TypedPrototype.sort);
  const typedToSorted = method(TypedPrototype.toSorted);
  const lengthOf = method(kit.memberOf(TypedPrototype, 'length').get);
  const TypeType = TypeError;
  const RangeType = RangeError;
  const { trunc } = Math;
  const FIRST_GALLOP = 7;

  // A comparator's answer as a number; what is none is 0.
  const asking = (compare) => (a, b) => {
    const answer = +compare(a, b);
    return answer === answer ? answer : 0;
  };

  // Sorts `work` in place.
  const listSort = (work, ask) => {
    const count = work.length;
    if (count < 2) return;
    let gallop = FIRST_GALLOP;
    // Runs that wait to be merged.
    const bases = [];
    const lengths = [];
    let pending = 0;

    const insert = (low, from, high) => {
      for (let start = from === low ? from + 1 : from; start < high; start++) {
        let left = low;
        let right = start;
        const pivot = work[start];
        while (left < right) {
          const middle = left + ((right - left) >> 1);
          if (ask(pivot, work[middle]) < 0) right = middle;
          else left = middle + 1;
        }
        for (let at = start; at > left; at--) work[at] = work[at - 1];
        work[left] = pivot;
      }
    };
    // The length of the run that begins at `low`; one that goes down is turned.
    const run = (low, high) => {
      if (low + 1 === high) return 1;
      let length = 2;
      let before = work[low + 1];
      const falls = ask(before, work[low]) < 0;
      for (let at = low + 2; at < high; at++, length++) {
        const order = ask(work[at], before);
        if (falls ? order >= 0 : order < 0) break;
        before = work[at];
      }
      if (falls) {
        for (let a = low, b = low + length - 1; a < b; a++, b--) {
          const kept = work[a];
          work[a] = work[b];
          work[b] = kept;
        }
      }
      return length;
    };
    // Where `key` belongs in the sorted part: left of its equals.
    const gallopLeft = (list, key, base, length, hint) => {
      let last = 0;
      let offset = 1;
      if (ask(list[base + hint], key) < 0) {
        const most = length - hint;
        while (offset < most && ask(list[base + hint + offset], key) < 0) {
          last = offset;
          offset = (offset << 1) + 1;
        }
        if (offset > most) offset = most;
        last += hint;
        offset += hint;
      } else {
        const most = hint + 1;
        while (offset < most && !(ask(list[base + hint - offset], key) < 0)) {
          last = offset;
          offset = (offset << 1) + 1;
        }
        if (offset > most) offset = most;
        const kept = last;
        last = hint - offset;
        offset = hint - kept;
      }
      last++;
      while (last < offset) {
        const middle = last + ((offset - last) >> 1);
        if (ask(list[base + middle], key) < 0) last = middle + 1;
        else offset = middle;
      }
      return offset;
    };
    // The same, right of its equals.
    const gallopRight = (list, key, base, length, hint) => {
      let last = 0;
      let offset = 1;
      if (ask(key, list[base + hint]) < 0) {
        const most = hint + 1;
        while (offset < most && ask(key, list[base + hint - offset]) < 0) {
          last = offset;
          offset = (offset << 1) + 1;
        }
        if (offset > most) offset = most;
        const kept = last;
        last = hint - offset;
        offset = hint - kept;
      } else {
        const most = length - hint;
        while (offset < most && !(ask(key, list[base + hint + offset]) < 0)) {
          last = offset;
          offset = (offset << 1) + 1;
        }
        if (offset > most) offset = most;
        last += hint;
        offset += hint;
      }
      last++;
      while (last < offset) {
        const middle = last + ((offset - last) >> 1);
        if (ask(key, list[base + middle]) < 0) offset = middle;
        else last = middle + 1;
      }
      return offset;
    };
    const copy = (source, from, target, to, length) => {
      if (source === target && from < to) for (let i = length - 1; i >= 0; i--) target[to + i] = source[from + i];
      else for (let i = 0; i < length; i++) target[to + i] = source[from + i];
    };
    // Merges neighbours, of which the first is the shorter.
    const mergeLow = (baseA, lengthA, baseB, lengthB) => {
      const temp = [];
      copy(work, baseA, temp, 0, lengthA);
      let to = baseA;
      let a = 0;
      let b = baseB;
      work[to++] = work[b++];
      const restOfA = () => {
        if (lengthA > 0) copy(temp, a, work, to, lengthA);
      };
      const lastOfA = () => {
        copy(work, b, work, to, lengthB);
        work[to + lengthB] = temp[a];
      };
      if (--lengthB === 0) return restOfA();
      if (lengthA === 1) return lastOfA();
      let least = gallop;
      for (;;) {
        let winsA = 0;
        let winsB = 0;
        for (;;) {
          if (ask(work[b], temp[a]) < 0) {
            work[to++] = work[b++];
            winsB++;
            lengthB--;
            winsA = 0;
            if (lengthB === 0) return restOfA();
            if (winsB >= least) break;
          } else {
            work[to++] = temp[a++];
            winsA++;
            lengthA--;
            winsB = 0;
            if (lengthA === 1) return lastOfA();
            if (winsA >= least) break;
          }
        }
        least++;
        let isFirst = true;
        while (winsA >= FIRST_GALLOP || winsB >= FIRST_GALLOP || isFirst) {
          isFirst = false;
          least = least - 1 > 1 ? least - 1 : 1;
          gallop = least;
          winsA = gallopRight(temp, work[b], a, lengthA, 0);
          if (winsA > 0) {
            copy(temp, a, work, to, winsA);
            to += winsA;
            a += winsA;
            lengthA -= winsA;
            if (lengthA === 1) return lastOfA();
            // Only where the comparator contradicts itself.
            if (lengthA === 0) return undefined;
          }
          work[to++] = work[b++];
          if (--lengthB === 0) return restOfA();
          winsB = gallopLeft(work, temp[a], b, lengthB, 0);
          if (winsB > 0) {
            copy(work, b, work, to, winsB);
            to += winsB;
            b += winsB;
            lengthB -= winsB;
            if (lengthB === 0) return restOfA();
          }
          work[to++] = temp[a++];
          if (--lengthA === 1) return lastOfA();
        }
        least++;
        gallop = least;
      }
    };
    // Merges neighbours, of which the second is the shorter.
    const mergeHigh = (baseA, lengthA, baseB, lengthB) => {
      const temp = [];
      copy(work, baseB, temp, 0, lengthB);
      let to = baseB + lengthB - 1;
      let b = lengthB - 1;
      let a = baseA + lengthA - 1;
      work[to--] = work[a--];
      const restOfB = () => {
        if (lengthB > 0) copy(temp, 0, work, to - (lengthB - 1), lengthB);
      };
      const lastOfB = () => {
        to -= lengthA;
        a -= lengthA;
        copy(work, a + 1, work, to + 1, lengthA);
        work[to] = temp[b];
      };
      if (--lengthA === 0) return restOfB();
      if (lengthB === 1) return lastOfB();
      let least = gallop;
      for (;;) {
        let winsA = 0;
        let winsB = 0;
        for (;;) {
          if (ask(temp[b], work[a]) < 0) {
            work[to--] = work[a--];
            winsA++;
            lengthA--;
            winsB = 0;
            if (lengthA === 0) return restOfB();
            if (winsA >= least) break;
          } else {
            work[to--] = temp[b--];
            winsB++;
            lengthB--;
            winsA = 0;
            if (lengthB === 1) return lastOfB();
            if (winsB >= least) break;
          }
        }
        least++;
        let isFirst = true;
        while (winsA >= FIRST_GALLOP || winsB >= FIRST_GALLOP || isFirst) {
          isFirst = false;
          least = least - 1 > 1 ? least - 1 : 1;
          gallop = least;
          winsA = lengthA - gallopRight(work, temp[b], baseA, lengthA, lengthA - 1);
          if (winsA > 0) {
            to -= winsA;
            a -= winsA;
            copy(work, a + 1, work, to + 1, winsA);
            lengthA -= winsA;
            if (lengthA === 0) return restOfB();
          }
          work[to--] = temp[b--];
          if (--lengthB === 1) return lastOfB();
          winsB = lengthB - gallopLeft(temp, work[a], 0, lengthB, lengthB - 1);
          if (winsB > 0) {
            to -= winsB;
            b -= winsB;
            copy(temp, b + 1, work, to + 1, winsB);
            lengthB -= winsB;
            if (lengthB === 1) return lastOfB();
            // Only where the comparator contradicts itself.
            if (lengthB === 0) return undefined;
          }
          work[to--] = work[a--];
          if (--lengthA === 0) return restOfB();
        }
        least++;
        gallop = least;
      }
    };
    const mergeAt = (i) => {
      let baseA = bases[i];
      let lengthA = lengths[i];
      const baseB = bases[i + 1];
      let lengthB = lengths[i + 1];
      lengths[i] = lengthA + lengthB;
      if (i === pending - 3) {
        bases[i + 1] = bases[i + 2];
        lengths[i + 1] = lengths[i + 2];
      }
      pending--;
      const ahead = gallopRight(work, work[baseB], baseA, lengthA, 0);
      baseA += ahead;
      lengthA -= ahead;
      if (lengthA === 0) return;
      lengthB = gallopLeft(work, work[baseA + lengthA - 1], baseB, lengthB, lengthB - 1);
      if (lengthB === 0) return;
      if (lengthA <= lengthB) mergeLow(baseA, lengthA, baseB, lengthB);
      else mergeHigh(baseA, lengthA, baseB, lengthB);
    };
    const grows = (n) => n < 2 || lengths[n - 2] > lengths[n - 1] + lengths[n];
    const collapse = () => {
      while (pending > 1) {
        let n = pending - 2;
        if ((n > 0 && !grows(n + 1)) || (n > 1 && !grows(n))) {
          if (lengths[n - 1] < lengths[n + 1]) n--;
          mergeAt(n);
        } else if (lengths[n] <= lengths[n + 1]) {
          mergeAt(n);
        } else break;
      }
    };
    const collapseAll = () => {
      while (pending > 1) {
        let n = pending - 2;
        if (n > 0 && lengths[n - 1] < lengths[n + 1]) n--;
        mergeAt(n);
      }
    };

    let least = count;
    let odd = 0;
    while (least >= 64) {
      odd |= least & 1;
      least >>= 1;
    }
    least += odd;
    for (let low = 0, left = count; left !== 0;) {
      let length = run(low, low + left);
      if (length < least) {
        const forced = least < left ? least : left;
        insert(low, low + length, low + forced);
        length = forced;
      }
      bases[pending] = low;
      lengths[pending] = length;
      pending++;
      collapse();
      low += length;
      left -= length;
    }
    collapseAll();
  };

  const toLength = (value) => {
    const length = trunc(+value);
    return length > 0 ? (length < 0x1fffffffffffff ? length : 0x1fffffffffffff) : 0;
  };
  const asObject = (value) => {
    if (value === undefined || value === null) throw new TypeType('Array.prototype.sort called on null or undefined');
    return Object(value);
  };
  const checked = (compare) => {
    if (compare !== undefined && typeof compare !== 'function') {
      throw new TypeType('The comparison function must be either a function or undefined');
    }
  };
  equip(ArrayPrototype, {
    sort(compare) {
      checked(compare);
      const object = asObject(this);
      const count = toLength(object.length);
      if (count < 2) return object;
      const work = [];
      let missing = 0;
      for (let i = 0; i < count; i++) {
        if (!(i in object)) continue;
        const value = object[i];
        if (value === undefined) missing++;
        else work[work.length] = value;
      }
      if (compare === undefined) plainSort(work);
      else listSort(work, asking(compare));
      // Written whether or not the order changed: what is frozen says so.
      const there = work.length;
      for (let i = 0; i < there; i++) object[i] = work[i];
      for (let i = there; i < there + missing; i++) object[i] = undefined;
      for (let i = there + missing; i < count; i++) delete object[i];
      return object;
    },
    toSorted(compare) {
      checked(compare);
      if (compare === undefined) return plainToSorted(this);
      const object = asObject(this);
      const count = toLength(object.length);
      if (count > 0xffffffff) throw new RangeType('Invalid array length');
      const work = [];
      let missing = 0;
      for (let i = 0; i < count; i++) {
        const value = object[i];
        if (value === undefined) missing++;
        else work[work.length] = value;
      }
      listSort(work, asking(compare));
      for (; missing > 0; missing--) work[work.length] = undefined;
      return work;
    },
  });

  // --- Typed arrays -------------------------------------------------------------------------------
  const mergeSort = (source, from, to, target, ask) => {
    const middle = from + ((to - from) >> 1);
    if (middle - from > 1) mergeSort(target, from, middle, source, ask);
    if (to - middle > 1) mergeSort(target, middle, to, source, ask);
    let left = from;
    let right = middle;
    for (let at = from; at < to; at++) {
      if (left < middle && (right >= to || ask(source[left], source[right]) <= 0)) target[at] = source[left++];
      else target[at] = source[right++];
    }
  };
  const sortTyped = (array, compare) => {
    const count = lengthOf(array);
    if (count < 2) return array;
    const work = [];
    const other = [];
    for (let i = 0; i < count; i++) work[i] = other[i] = array[i];
    mergeSort(other, 0, count, work, asking(compare));
    const left = lengthOf(array);
    for (let i = 0; i < count && i < left; i++) array[i] = work[i];
    return array;
  };
  equip(TypedPrototype, {
    sort(compare) {
      checked(compare);
      return compare === undefined ? typedSort(this) : sortTyped(this, compare);
    },
    toSorted(compare) {
      checked(compare);
      const copy = typedToSorted(this);
      if (compare === undefined) return copy;
      for (let i = 0; i < copy.length; i++) copy[i] = this[i];
      return sortTyped(copy, compare);
    },
  });
  void apply;
}
