#include <opencv2/imgproc.hpp>

#include "tests/bench/contender.h"
#include "tests/bench/windows.h"

namespace poolscope::bench {
namespace {

/// `dilate`, `blur` or `resize`, a plane at a time; the planes are shared out to the threads where
/// there are several.
class OpenCv final : public Contender {
 public:
  OpenCv(const Task& task, const EvenWindows& windows)
      : task_(task), windows_(windows), anchor_(window_anchor(windows)), kernel_(taps(windows)) {
    cv::setNumThreads(task.threads);
    const Shape out = task.pool.output_shape(task.row.shape);
    for (std::int64_t p = 0; p < out.planes(); ++p) {
      outputs_.emplace_back(static_cast<int>(out.h), static_cast<int>(out.w), CV_32F);
    }
  }

  bool run() override {
    try {
      const int planes = static_cast<int>(outputs_.size());
      if (planes == 1) {
        pool(0);
      } else {
        cv::parallel_for_(cv::Range(0, planes), [&](const cv::Range& some) {
          for (int p = some.start; p < some.end; ++p) pool(p);
        });
      }
      return true;
    } catch (const cv::Exception&) {
      return false;
    }
  }

  std::vector<float> values() const override {
    std::vector<float> all;
    for (const cv::Mat& output : outputs_) {
      all.insert(all.end(), output.begin<float>(), output.end<float>());
    }
    return all;
  }

 private:
  static cv::Point window_anchor(const EvenWindows& windows) {
    return {static_cast<int>(-windows.cols.begin), static_cast<int>(-windows.rows.begin)};
  }

  static cv::Mat taps(const EvenWindows& windows) {
    const auto extent = [](const EvenAxis& axis) {
      return static_cast<int>((axis.taps - 1) * axis.dilation + 1);
    };
    cv::Mat kernel = cv::Mat::zeros(extent(windows.rows), extent(windows.cols), CV_8U);
    for (int y = 0; y < kernel.rows; y += static_cast<int>(windows.rows.dilation)) {
      for (int x = 0; x < kernel.cols; x += static_cast<int>(windows.cols.dilation)) {
        kernel.at<std::uint8_t>(y, x) = 1;
      }
    }
    return kernel;
  }

  void pool(int p) {
    const Shape& in = task_.row.shape;
    const cv::Mat plane(static_cast<int>(in.h), static_cast<int>(in.w), CV_32F,
                        const_cast<float*>(task_.input.plane(p).data()));
    cv::Mat& to = outputs_[static_cast<std::size_t>(p)];
    if (windows_.rows.stride > 1 || windows_.cols.stride > 1) {
      const cv::Rect tiled(0, 0, to.cols * kernel_.cols, to.rows * kernel_.rows);
      cv::resize(plane(tiled), to, to.size(), 0, 0, cv::INTER_AREA);
      return;
    }
    // A part of the plane: what lies beyond it is read from the plane, not taken for a border.
    const cv::Mat part = plane(cv::Rect(0, 0, to.cols, to.rows));
    if (windows_.max) {
      cv::dilate(part, to, kernel_, anchor_);
    } else {
      cv::blur(part, to, kernel_.size(), anchor_, cv::BORDER_CONSTANT);
    }
  }

  const Task& task_;
  EvenWindows windows_;
  cv::Point anchor_;
  cv::Mat kernel_;
  std::vector<cv::Mat> outputs_;
};

bool can_express(const EvenWindows& windows, const Shape& in) {
  const auto slides = [](const EvenAxis& axis, std::int64_t size) {
    return axis.stride == 1 && axis.outputs <= size && axis.begin <= 0 &&
           -axis.begin < axis.dilation * (axis.taps - 1) + 1;
  };
  const auto tiles = [](const EvenAxis& axis, std::int64_t size) {
    return axis.stride == axis.taps && axis.begin == 0 && axis.outputs * axis.taps <= size;
  };
  const bool plain = windows.rows.dilation == 1 && windows.cols.dilation == 1;
  if (slides(windows.rows, in.h) && slides(windows.cols, in.w)) {
    return windows.max || (plain && windows.padding_counts);
  }
  return !windows.max && plain && tiles(windows.rows, in.h) && tiles(windows.cols, in.w);
}

}  // namespace

std::unique_ptr<Contender> make_opencv(const Task& task) {
  const auto windows = even_windows(task);
  if (!windows || !can_express(*windows, task.row.shape)) return nullptr;
  return std::make_unique<OpenCv>(task, *windows);
}

}  // namespace poolscope::bench
