#include "core/torch/libtorch.h"

#include <algorithm>
#include <string>

#include <fmt/format.h>

namespace poolscope::libtorch {

template <class T>
at::Tensor view_of(const Array<T>& array) {
  const Shape& shape = array.shape();
  return at::from_blob(const_cast<T*>(array.data()), {shape.n, shape.c, shape.h, shape.w},
                       c10::CppTypeToScalarType<T>::value);
}
template at::Tensor view_of(const Tensor& array);
template at::Tensor view_of(const Indices& array);

template <class T>
Result<Array<T>> array_of(const at::Tensor& tensor) {
  const Shape shape{tensor.size(0), tensor.size(1), tensor.size(2), tensor.size(3)};
  auto values = Buffer<T>::allocate(shape.elements());
  if (!values) return tl::unexpected(values.error());
  const at::Tensor dense = tensor.to(at::kCPU, c10::CppTypeToScalarType<T>::value).contiguous();
  std::copy_n(dense.data_ptr<T>(), values->size(), values->data());
  return Array<T>(shape, std::move(*values));
}
template Result<Array<float>> array_of(const at::Tensor& tensor);
template Result<Array<std::int64_t>> array_of(const at::Tensor& tensor);

Error error_of(const std::exception& exception) {
  const auto* const own = dynamic_cast<const c10::Error*>(&exception);
  const std::string_view text = own ? own->what_without_backtrace() : exception.what();
  return {fmt::format("LibTorch: {}", text.substr(0, text.find('\n')))};
}

}  // namespace poolscope::libtorch
