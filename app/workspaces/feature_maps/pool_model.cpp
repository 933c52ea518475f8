#include "app/workspaces/feature_maps/pool_model.h"

#include <algorithm>
#include <utility>

#include "core/engines/engine_list.h"

namespace poolscope {
namespace {

class PoolModel final : public Model {
 public:
  explicit PoolModel(const Shape& maps) {
    Layer pool = make_layer(*find_kind("MaxPool2d"));
    pool.kernel_size = {std::min<std::int64_t>(2, maps.h), std::min<std::int64_t>(2, maps.w)};
    ModelLayer layer{"pool", "MaxPool2d"};
    layer.is_module = layer.is_pooling = true;
    layer.parameters = {{"kernel_size", std::vector{pool.kernel_size.h, pool.kernel_size.w}}};
    layer.reach = {LayerReach::Kind::window, pool.kernel_size, pool.kernel_size};
    layer.layer = pool;
    layer.inputs = {kModelInput};
    layers_.push_back(std::move(layer));
  }

  const std::vector<ModelLayer>& layers() const override { return layers_; }
  const std::vector<std::string>& notes() const override { return notes_; }

  Result<ModelRun> run(const ModelRequest& request) const override {
    Layer pool = *layers_.front().layer;
    if (!request.swaps.empty()) pool = request.swaps.front().replacement;
    const auto engine = find_engine("auto");
    if (!engine) return tl::unexpected(engine.error());
    const ArrayForm form{4, DataFormat::channels_first};
    const Trace trace = run_pipeline(**engine, {{pool}}, request.input, form, {});
    if (trace.error) return tl::unexpected(*trace.error);
    const Stage& last = trace.stages.back();
    const ModelMap map{last.values, array_axes(last.values.shape(), form), true, "float32"};
    return ModelRun{{map}, map};
  }

  Result<ModelMap> plain(const ModelRequest& request) const override {
    return run({request.input, request.axes}).map([](const ModelRun& run) { return run.output; });
  }

  Result<Tensor> filter(std::size_t /*layer*/, std::int64_t /*channel*/) const override {
    return failure("pools have no kernels of weights");
  }

  Result<void> save(const std::vector<LayerSwap>& /*swaps*/,
                    const std::filesystem::path& /*path*/) const override {
    return failure("no model is open that could be saved");
  }

 private:
  std::vector<ModelLayer> layers_;
  std::vector<std::string> notes_;
};

}  // namespace

std::shared_ptr<const Model> pool_model(const Shape& maps) {
  return std::make_shared<const PoolModel>(maps);
}

}  // namespace poolscope
