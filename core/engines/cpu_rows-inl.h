// Included once for each instruction set (Highway's foreach_target), so the guard toggles.
#if defined(POOLSCOPE_CPU_ROWS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef POOLSCOPE_CPU_ROWS_INL_H_
#undef POOLSCOPE_CPU_ROWS_INL_H_
#else
#define POOLSCOPE_CPU_ROWS_INL_H_
#endif

#include <algorithm>
#include <array>

#include "core/engines/cpu_columns.h"
#include "core/engines/cpu_divide-inl.h"
#include "core/engines/cpu_join-inl.h"

HWY_BEFORE_NAMESPACE();
namespace poolscope::cpu {
namespace HWY_NAMESPACE {

// How the rows of windows become lines.

/// Joins rows of at least a vector, eight at a time, in the shape of a tree.
template <class Lanes>
class RowJoin {
 public:
  static constexpr std::int64_t kFan = 8;
  /// Memory for part_lines() lines, `pitch` apart.
  struct Parts {
    float* lines;
    std::int64_t pitch;
  };

  /// Rows are `length` long.
  RowJoin(const Lanes& lanes, std::size_t length, Parts parts)
      : lanes_(lanes), length_(length), parts_(parts) {}

  /// Lines for the parts of windows of up to `rows` rows, at most kMostDirectRows.
  static std::int64_t part_lines(std::int64_t rows) {
    return rows <= kFan ? 0 : rows <= kFan * kFan ? kFan : 2 * kFan;
  }

  /// Joins rows[0], ..., rows[count - 1], at least one. Where `ahead` is given, most of them are
  /// read for the first time: as much of what follows is fetched meanwhile, and the result is false
  /// where a row might hold a NaN that the lanes do not take (also for infinities of both signs).
  HWY_INLINE bool operator()(const float* const* rows, std::int64_t count, float* to,
                             CellsAhead* ahead) const {
    return join({rows, count}, to, 0, ahead);
  }

 private:
  struct Rows {
    const float* const* first;
    std::int64_t count;
  };

  bool join(const Rows& rows, float* to, std::int64_t round, CellsAhead* ahead) const {
    if (rows.count <= kFan) {
      if (ahead) return join_new(rows, to, *ahead);
      join_few(rows, to);
      return true;
    }
    const std::int64_t part = rows.count <= kFan * kFan ? kFan : kFan * kFan;
    std::array<const float*, kFan> parts{};
    std::int64_t used = 0;
    for (std::int64_t row = 0; row < rows.count; row += part) {
      float* const line = parts_.lines + (round * kFan + used) * parts_.pitch;
      const Rows some{rows.first + row, std::min(part, rows.count - row)};
      if (!join(some, line, round + 1, ahead)) return false;
      parts[static_cast<std::size_t>(used++)] = line;
    }
    join_few({parts.data(), used}, to);
    return true;
  }

  /// Joins up to kFan lines.
  HWY_INLINE void join_few(const Rows& lines, float* to) const {
    with_count<kFan>(static_cast<int>(lines.count), [&](auto n) HWY_ATTR {
      std::array<const float*, n()> from;
      std::copy_n(lines.first, n(), from.begin());
      float* const line = to;  // Kept apart from what lies in memory, see join_new().
      for_whole_vectors(lanes_.d, length_, [&](std::size_t x) HWY_ATTR {
        lanes_.store(join_tree<n()>(lanes_, from.data(), x), line, x);
      });
    });
  }

  /// Joins up to kFan rows; fetches and looks for NaNs.
  HWY_INLINE bool join_new(const Rows& rows, float* to, CellsAhead& all_ahead) const {
    bool fine = true;
    with_count<kFan>(static_cast<int>(rows.count), [&](auto n) HWY_ATTR {
      std::array<const float*, n()> from;
      std::copy_n(rows.first, n(), from.begin());
      // Kept apart from what lies in memory, so that all of it stays in registers.
      float* const line = to;
      CellsAhead ahead = all_ahead;
      auto odd = hn::FirstN(lanes_.d, 0);
      for_whole_vectors(lanes_.d, length_, [&](std::size_t x) HWY_ATTR {
        ahead.template fetch<n()>();
        const auto joined = join_tree<n()>(lanes_, from.data(), x);
        if constexpr (!Lanes::kTakesNans) {
          odd = hn::Or(odd, hn::IsNaN(join_tree<n()>(SumLanes<float>{}, from.data(), x)));
        }
        lanes_.store(joined, line, x);
      });
      all_ahead = ahead;
      fine = Lanes::kTakesNans || hn::AllFalse(lanes_.d, odd);
    });
    return fine;
  }

  const Lanes& lanes_;
  std::size_t length_;
  Parts parts_;
};

// As many sums in double as a vector has floats.

HWY_INLINE hn::Vec<hn::ScalableTag<float>> rounded_sums(const double* sums) {
  const Doubles d;
#if HWY_TARGET == HWY_SCALAR
  return to_floats(hn::LoadU(d, sums));
#else
  return hn::Combine(hn::ScalableTag<float>(), to_floats(hn::LoadU(d, sums + hn::Lanes(d))),
                     to_floats(hn::LoadU(d, sums)));
#endif
}

HWY_INLINE void add_to_half(hn::Vec<HalfFloats> more, double* sums) {
  const Doubles d;
  hn::StoreU(hn::Add(hn::LoadU(d, sums), hn::PromoteTo(d, more)), d, sums);
}

HWY_INLINE void add_to_sums(hn::Vec<hn::ScalableTag<float>> more, double* sums) {
#if HWY_TARGET == HWY_SCALAR
  add_to_half(more, sums);
#else
  add_to_half(hn::LowerHalf(HalfFloats(), more), sums);
  add_to_half(hn::UpperHalf(HalfFloats(), more), sums + hn::Lanes(Doubles()));
#endif
}

/// A vector's cells of what a scan has joined so far, and what becomes of them with a few more
/// rows. Extremes are kept as they are.
template <class Lanes>
class Scanned {
 public:
  using T = float;  ///< Of what is kept.
  using State = typename Lanes::State;

  HWY_INLINE Scanned(const Lanes& lanes, T* kept)
      : lanes_(lanes), kept_(kept), all_(lanes.load(kept, 0)) {}
  HWY_INLINE void join_above(State row) { all_ = lanes_.join(row, all_); }
  HWY_INLINE void join_below(State row) { all_ = lanes_.join(all_, row); }
  HWY_INLINE State joined() const { return all_; }
  HWY_INLINE void keep() const { lanes_.store(all_, kept_, 0); }

 private:
  const Lanes& lanes_;
  T* kept_;
  State all_;
};
/// Sums are kept in double, since one row is added after the other; the few more rows are summed in
/// float, as it takes longer to convert a row than to add it.
template <>
class Scanned<SumLanes<float>> {
 public:
  using T = double;
  using State = SumLanes<float>::State;

  HWY_INLINE Scanned(const SumLanes<float>& lanes, T* kept)
      : kept_(kept), before_(rounded_sums(kept)), more_(lanes.nothing()) {}
  HWY_INLINE void join_above(State row) { more_ = hn::Add(row, more_); }
  HWY_INLINE void join_below(State row) { more_ = hn::Add(more_, row); }
  HWY_INLINE State joined() const { return hn::Add(before_, more_); }
  HWY_INLINE void keep() const { add_to_sums(more_, kept_); }

 private:
  T* kept_;
  State before_, more_;
};

/// Even windows of rows side by side: each ends one block of `taps` rows and begins the next one,
/// so it is one of the block's suffixes joined with one of the next block's prefixes. A few rows
/// are taken at a time, since what has been joined before costs as much to fetch as they do.
/// Source: van Herk 1992; Gil and Werman 1993.
template <class Lanes>
class RowScan {
 public:
  using T = typename Scanned<Lanes>::T;

  /// Rows are `length` long, at least a vector; `joined` holds that and a vector more.
  RowScan(const Lanes& lanes, std::size_t length, T* joined)
      : lanes_(lanes), length_(length), joined_(joined) {}

  /// Begins a block.
  void begin() const {
    std::fill_n(joined_, length_ + hn::Lanes(lanes_.d), static_cast<T>(Lanes::nothing_cell()));
  }

  /// Joins rows[0], rows[1], ..., upwards in the block, to the suffix. to[i] takes it after row i,
  /// where it is not null. False where a row might hold a NaN that the lanes do not take.
  HWY_INLINE bool grow_suffix(const float* const* rows, float* const* to, int count) const {
    bool fine = true;
    with_count<kMostRowsAtOnce>(count, [&](auto n) HWY_ATTR {
      const Some<n()> some(rows, to);
      fine = each([&](std::size_t x, auto& scanned, auto& sum) HWY_ATTR {
        for (int i = 0; i < n(); ++i) {
          const auto row = lanes_.load(some.rows[i], x);
          scanned.join_above(row);
          if constexpr (!Lanes::kTakesNans) sum = hn::Add(sum, row);
          if (some.to[i]) lanes_.store(scanned.joined(), some.to[i], x);
        }
      });
    });
    return fine;
  }

  /// Joins rows downwards to the prefix; to[i], where it is not null, takes suffixes[i] joined with
  /// the prefix after row i. False as above.
  HWY_INLINE bool grow_prefix(const float* const* rows, const float* const* suffixes,
                              float* const* to, int count) const {
    bool fine = true;
    with_count<kMostRowsAtOnce>(count, [&](auto n) HWY_ATTR {
      const Some<n()> some(rows, to);
      std::array<const float*, n()> suffix;
      std::copy_n(suffixes, n(), suffix.begin());
      fine = each([&](std::size_t x, auto& scanned, auto& sum) HWY_ATTR {
        for (int i = 0; i < n(); ++i) {
          const auto row = lanes_.load(some.rows[i], x);
          scanned.join_below(row);
          if constexpr (!Lanes::kTakesNans) sum = hn::Add(sum, row);
          if (some.to[i]) {
            lanes_.store(lanes_.join(lanes_.load(suffix[i], x), scanned.joined()), some.to[i], x);
          }
        }
      });
    });
    return fine;
  }

 private:
  template <int kCount>
  struct Some {
    std::array<const float*, kCount> rows;
    std::array<float*, kCount> to;
    Some(const float* const* r, float* const* t) {
      std::copy_n(r, kCount, rows.begin());
      std::copy_n(t, kCount, to.begin());
    }
  };

  /// Calls take(x, scanned, sum) for all vectors, false where a sum became NaN. The last vector of
  /// a row overlaps the one before, but has a place of its own in `joined_`, so that no row is
  /// joined to it twice.
  template <class Take>
  HWY_INLINE bool each(Take take) const {
    const std::size_t step = hn::Lanes(lanes_.d);
    T* const joined = joined_;
    auto odd = hn::FirstN(lanes_.d, 0);
    const auto at = [&](std::size_t x, std::size_t place) HWY_ATTR {
      Scanned<Lanes> scanned(lanes_, joined + place);
      auto sum = hn::Zero(lanes_.d);
      take(x, scanned, sum);
      scanned.keep();
      if constexpr (!Lanes::kTakesNans) odd = hn::Or(odd, hn::IsNaN(sum));
    };
    std::size_t x = 0;
    for (; x + step <= length_; x += step) at(x, x);
    if (x < length_) at(length_ - step, x);
    return Lanes::kTakesNans || hn::AllFalse(lanes_.d, odd);
  }

  Lanes lanes_;
  std::size_t length_;
  T* joined_;
};

}  // namespace HWY_NAMESPACE
}  // namespace poolscope::cpu
HWY_AFTER_NAMESPACE();

#endif
