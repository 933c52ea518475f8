#include "core/pooling/layer_text.h"

#include <gtest/gtest.h>

#include "tests/pooling/arbitrary_layer.h"
#include "tests/values.h"

namespace poolscope {
namespace {

TEST(ParseLayer, ReadsPositionalArgumentsInPyTorchsOrder) {
  Layer expected = make_layer(*find_kind("MaxPool2d"));
  expected.kernel_size = {3, 2};
  expected.stride = Pair{2, 1};
  expected.padding = {1, 0, 1, 0};
  expected.dilation = {1, 4};
  expected.return_indices = true;
  expected.ceil_mode = true;
  EXPECT_EQ(layer_of("MaxPool2d((3, 2), (2, 1), (1, 0), (1, 4), True, True)"), expected);

  Layer average = make_layer(*find_kind("AvgPool2d"));
  average.kernel_size = {3, 3};
  average.stride = Pair{2, 2};
  average.padding = {1, 1, 1, 1};
  average.ceil_mode = true;
  average.count_include_pad = false;
  average.divisor_override = -5;
  EXPECT_EQ(layer_of("AvgPool2d(3, 2, 1, True, False, -5)"), average);

  Layer power = make_layer(*find_kind("LPPool2d"));
  power.norm_type = 1.5;
  power.kernel_size = {3, 3};
  power.stride = Pair{2, 2};
  power.ceil_mode = true;
  EXPECT_EQ(layer_of("LPPool2d(1.5, 3, 2, True)"), power);

  Layer adaptive = make_layer(*find_kind("AdaptiveMaxPool2d"));
  adaptive.output_size = {5, {}};
  adaptive.return_indices = true;
  EXPECT_EQ(layer_of("AdaptiveMaxPool2d((5, None), True)"), adaptive);
}

TEST(ParseLayer, ReadsPositionalArgumentsInKerasOrder) {
  Layer expected = make_layer(*find_kind("AveragePooling2D"));
  expected.kernel_size = {3, 2};
  expected.stride = Pair{1, 1};
  expected.auto_pad = AutoPad::same_upper;
  expected.data_format = DataFormat::channels_last;
  EXPECT_EQ(layer_of("AveragePooling2D((3, 2), 1, 'SAME', \"channels_last\")"), expected);

  Layer global = make_layer(*find_kind("GlobalMaxPooling2D"));
  global.data_format = DataFormat::channels_first;
  global.keepdims = true;
  EXPECT_EQ(layer_of("GlobalMaxPooling2D('channels_first', True)"), global);
}

TEST(ParseLayer, ReadsOnnxAttributes) {
  Layer expected = make_layer(*find_kind("MaxPool"));
  expected.kernel_size = {2, 3};
  expected.stride = Pair{2, 1};
  expected.padding = {0, 1, 2, 3};
  expected.ceil_mode = true;
  expected.storage_order = 1;
  EXPECT_EQ(layer_of("MaxPool(kernel_shape=[2, 3], strides=[2, 1], pads=[0, 1, 2, 3], ceil_mode=1, "
                     "storage_order=1)"),
            expected);
  EXPECT_EQ(layer_of("LpPool(kernel_shape=(2, 2), p=3)").norm_type, 3.0);
  EXPECT_EQ(layer_of("AveragePool(kernel_shape=[2, 2])").stride, (Pair{1, 1}));
  EXPECT_FALSE(layer_of("AveragePool(kernel_shape=[2, 2])").count_include_pad);
  EXPECT_EQ(layer_of("MaxPool(kernel_shape=[2, 2], auto_pad='SAME_LOWER')").auto_pad,
            AutoPad::same_lower);
}

TEST(ParseLayer, ReadsEverySpellingOfTheSameLayer) {
  const Layer expected = layer_of("MaxPool2d(kernel_size=3, stride=2)");
  for (const std::string_view text :
       {"MaxPool2d(3, 2)", "nn.MaxPool2d(3, stride=2)", "torch.nn.MaxPool2d(3, 2)",
        "MaxPool2d((3, 3), [2, 2])", "MaxPool2d((3,), [2])", "MaxPool2d((3), 2,)",
        "  MaxPool2d (\n  kernel_size = 3 ,\r\n\tstride = (2,\n2,),\n)\n",
        "MaxPool2d(stride=2, kernel_size=3)", "MaxPool2d(+3, 2, ceil_mode=False)"}) {
    EXPECT_EQ(layer_of(text), expected) << text;
  }
}

TEST(ParseLayer, ReadsThePrefixesOfEveryFramework) {
  for (const std::string_view text :
       {"keras.layers.MaxPooling2D()", "tf.keras.layers.MaxPooling2D()", "layers.MaxPooling2D()"}) {
    EXPECT_EQ(layer_of(text), make_layer(*find_kind("MaxPooling2D"))) << text;
  }
  EXPECT_EQ(layer_of("onnx.GlobalMaxPool()"), make_layer(*find_kind("GlobalMaxPool")));
}

TEST(ParseLayer, ReadsNormTypes) {
  for (const std::string_view norm : {"inf", "math.inf", "float('inf')", "float(\"Infinity\")"}) {
    EXPECT_EQ(layer_of("LPPool2d(" + std::string(norm) + ", 2)").norm_type, INFINITY) << norm;
  }
  EXPECT_EQ(layer_of("LPPool2d(-math.inf, 2)").norm_type, -INFINITY);
  EXPECT_EQ(layer_of("LPPool2d(float('-inf'), 2)").norm_type, -INFINITY);
  EXPECT_EQ(layer_of("LPPool2d(-.5, 2)").norm_type, -0.5);
  EXPECT_EQ(layer_of("LPPool2d(1e-3, 2)").norm_type, 1e-3);
  EXPECT_EQ(layer_of("LPPool2d(float(2), 2)").norm_type, 2.0);
}

struct Fault {
  std::string_view text;
  std::size_t position;
  std::string_view message;
  std::string_view parameter = "";
};

const Fault kFaults[] = {
    {"", 0, "expected a layer such as MaxPool2d(2), found the end of the text at character 1"},
    {"  ", 2, "expected a layer such as MaxPool2d(2), found the end of the text at character 3"},
    {"3", 0, "expected a layer such as MaxPool2d(2), found `3` at character 1"},
    {"MaxPool2d", 9, "expected ( after `MaxPool2d`, found the end of the text at character 10"},
    {"MaxPol2d(2)", 0, "unknown layer `MaxPol2d`, did you mean `MaxPool2d`? at character 1"},
    {"maxpooling2d(2)", 0,
     "unknown layer `maxpooling2d`, did you mean `MaxPooling2D`? at character 1"},
    {"nn.AveragePool2d(2)", 0,
     "unknown layer `nn.AveragePool2d`, did you mean `AvgPool2d`? at character 1"},
    {"MaxPool2d(2, strid=1)", 13,
     "unknown argument `strid` of MaxPool2d, did you mean `stride`? at character 14"},
    {"GlobalMaxPool(p=1)", 14,
     "unknown argument `p` of GlobalMaxPool, GlobalMaxPool takes none at "
     "character 15"},
    {"MaxPool2d()", 10, "MaxPool2d needs kernel_size=2, found `)` at character 11", "kernel_size"},
    {"MaxPool(strides=[2, 2])", 22, "MaxPool needs kernel_shape=[2, 2], found `)` at character 23",
     "kernel_shape"},
    {"AdaptiveAvgPool2d()", 18, "AdaptiveAvgPool2d needs output_size=2, found `)` at character 19",
     "output_size"},
    {"MaxPool2d(2, kernel_size=2)", 13,
     "kernel_size is given twice, found `kernel_size=2` at character 14", "kernel_size"},
    {"MaxPool2d(stride=1, 2)", 20,
     "a positional argument after a keyword one, found `2` at character 21"},
    {"AdaptiveAvgPool2d(2, 3)", 21,
     "AdaptiveAvgPool2d takes output_size and no more, found `3` at character 22"},
    {"GlobalLpPool(2)", 13, "GlobalLpPool takes keywords only (p), found `2` at character 14"},
    {"MaxPool2d(2.5)", 10,
     "kernel_size of MaxPool2d takes an integer or a pair of integers, found `2.5` at character 11",
     "kernel_size"},
    {"MaxPool2d(2, padding='same')", 21,
     "padding of MaxPool2d takes an integer or a pair of integers, found `'same'` at character 22",
     "padding"},
    {"MaxPool2d(2, ceil_mode=1)", 23,
     "ceil_mode of MaxPool2d takes True or False, found `1` at character 24", "ceil_mode"},
    {"MaxPool2d((1, 2, 3))", 10,
     "kernel_size of MaxPool2d takes an integer or a pair of integers, found `(1, 2, 3)` at "
     "character 11",
     "kernel_size"},
    {"MaxPooling2D(padding='full')", 21,
     "padding of MaxPooling2D takes \"valid\" or \"same\", found `'full'` at character 22",
     "padding"},
    {"MaxPool(kernel_shape=2)", 21,
     "kernel_shape of MaxPool takes a list of two integers, [2, 2], found `2` at character 22",
     "kernel_shape"},
    {"MaxPool(kernel_shape=[2, 2], pads=[1, 1])", 34,
     "pads of MaxPool takes a list of four integers, [top, left, bottom, right], found `[1, 1]` at "
     "character 35",
     "pads"},
    {"LpPool(kernel_shape=[2, 2], p=2.5)", 30,
     "p of LpPool takes an integer, found `2.5` at character 31", "p"},
    {"MaxPool2d([[[[[[[[[[2]", 19,
     "expected fewer brackets in brackets, found `[` at character 20"},
    {"MaxPool2d((2, 3)", 16, "expected , or ), found the end of the text at character 17"},
    {"MaxPool2d((2, 3]", 15, "expected , or ), found `]` at character 16"},
    {"MaxPool2d(2 3)", 12, "expected , or ), found `3` at character 13"},
    {"MaxPool2d(2))", 12, "expected nothing more, found `)` at character 13"},
    {"MaxPool2d(2) # halves", 13, "expected nothing more, found `#` at character 14"},
    {"MaxPool2d(,)", 10, "expected a value, found `,` at character 11"},
    {"MaxPool2d(x)", 10, "expected a value, found `x` at character 11"},
    {"MaxPool2d(-True)", 10, "expected a number, found `-True` at character 11"},
    {"MaxPool2d(2x)", 10, "`2x` is no number at character 11"},
    {"MaxPool2d(99999999999999999999)", 10,
     "`99999999999999999999` is too large for an integer at character 11"},
    {"LPPool2d(1e999, 2)", 9, "`1e999` is out of the range of numbers at character 10"},
    {"MaxPooling2D(padding=\"same)", 21, "a string without end, found `\"same)` at character 22"},
    {"MaxPool2d(2\n, stri\nde=1)", 14, "expected a value, found `stri` at character 15"},
    {"MaxPool2d(\xC3\xA9)", 10, "expected a value, found `\xC3\xA9` at character 11"},
    {"MaxPool2d(\xFF)", 10, "expected a value, found `\\xff` at character 11"},
    {std::string_view("MaxPool2d(2\0)", 13), 11, "expected , or ), found `\\x00` at character 12"},
};

TEST(ParseLayer, SaysWhatIsWrongAndWhere) {
  for (const Fault& fault : kFaults) {
    const auto layer = parse_layer(fault.text);
    ASSERT_FALSE(layer) << fault.text;
    EXPECT_EQ(layer.error().message, fault.message);
    EXPECT_EQ(layer.error().position, fault.position) << fault.text;
    EXPECT_EQ(layer.error().parameter, fault.parameter) << fault.text;
    EXPECT_EQ(layer.error().kind, ErrorKind::usage) << fault.text;
  }
}

TEST(ParseLayer, HostileNestingIsAnError) {
  for (const std::string_view piece : {"(", "[", "float(", "-", "MaxPool2d("}) {
    std::string text = "MaxPool2d(";
    for (int i = 0; i < 200'000; ++i) text += piece;
    EXPECT_FALSE(parse_layer(text)) << piece;
  }
}

TEST(LayerText, NamesRequiredAndChangedArguments) {
  EXPECT_EQ(layer_text(layer_of("nn.MaxPool2d(3, (2, 1), 1, ceil_mode=True)")),
            "MaxPool2d(kernel_size=3, stride=(2, 1), padding=1, ceil_mode=True)");
  EXPECT_EQ(layer_text(layer_of("LPPool2d(inf, (2, 3))")),
            "LPPool2d(norm_type=float(\"inf\"), kernel_size=(2, 3))");
  EXPECT_EQ(layer_text(layer_of("AdaptiveAvgPool2d((7, None))")),
            "AdaptiveAvgPool2d(output_size=(7, None))");
  EXPECT_EQ(layer_text(layer_of("MaxPooling2D(2, padding='SAME')")),
            "MaxPooling2D(padding=\"same\")");
  EXPECT_EQ(layer_text(layer_of("MaxPool(kernel_shape=[2, 2], pads=[0, 0, 1, 1], ceil_mode=True)")),
            "MaxPool(kernel_shape=[2, 2], pads=[0, 0, 1, 1], ceil_mode=1)");
  EXPECT_EQ(layer_text(layer_of("GlobalLpPool(p=1)")), "GlobalLpPool(p=1)");
}

TEST(LayerText, IsReadBackToAnEqualLayer) {
  for (const LayerKind* kind : layer_kinds()) {
    EXPECT_TRUE(rc::check(std::string(kind->name), [kind] {
      const Layer layer = arbitrary_layer_of(*kind, *rc::gen::element(3, 2147483647));
      const auto read = parse_layer(layer_text(layer));
      RC_ASSERT(read.has_value());
      RC_ASSERT(*read == layer);
      RC_ASSERT(layer_text(*read) == layer_text(layer));
    }));
  }
}

TEST(LayerText, OfParametersIsReadBackOneByOne) {
  EXPECT_TRUE(rc::check([] {
    const Layer layer = arbitrary_layer(9);
    Layer built = make_layer(*layer.kind);
    for (const Parameter& parameter : layer.kind->parameters) {
      RC_ASSERT(set_parameter(built, parameter.name, parameter_text(layer, parameter)).has_value());
    }
    RC_ASSERT(built == layer);
  }));
}

/// A text with a few characters replaced, dropped, doubled or cut off.
std::string mutated(std::string text) {
  const std::string_view alphabet = "()[],=.-+'\" \n\t0129eExXaTFN_#\\";
  const int edits = *rc::gen::inRange(1, 6);
  for (int i = 0; i < edits && !text.empty(); ++i) {
    const auto at = *rc::gen::inRange<std::size_t>(0, text.size());
    switch (*rc::gen::inRange(0, 5)) {
      case 0:
        text[at] = *rc::gen::elementOf(std::string(alphabet));
        break;
      case 1:
        text.erase(at, 1);
        break;
      case 2:
        text.insert(at, text.substr(at, 5));
        break;
      case 3:
        text[at] = static_cast<char>(*rc::gen::inRange(0, 256));
        break;
      default:
        text.resize(at);
        break;
    }
  }
  return text;
}

TEST(ParseLayer, GivesALayerOrAPositionInTheTextForAnyText) {
  EXPECT_TRUE(rc::check([] {
    const std::string text = mutated(layer_text(arbitrary_layer(2147483647)));
    const auto layer = parse_layer(text);
    if (layer) {
      RC_ASSERT(parse_layer(layer_text(*layer)).value() == *layer);
      return;
    }
    const Error& error = layer.error();
    RC_ASSERT(error.kind == ErrorKind::usage);
    RC_ASSERT(error.position.value() <= text.size());
    for (const char c : error.message) RC_ASSERT(static_cast<unsigned char>(c) >= 0x20);
    RC_ASSERT(error.message.ends_with(" at character " + std::to_string(*error.position + 1)));
  }));
}

TEST(SetParameter, ChangesOneParameter) {
  Layer layer = layer_of("MaxPool2d(2)");
  ASSERT_TRUE(set_parameter(layer, "stride", "(2, 1)"));
  EXPECT_EQ(layer, layer_of("MaxPool2d(2, (2, 1))"));
}

TEST(SetParameter, LeavesTheLayerOnErrors) {
  Layer layer = layer_of("MaxPool2d(2)");
  const Layer before = layer;
  const auto half_read = set_parameter(layer, "stride", "(3, 'x')");
  ASSERT_FALSE(half_read);
  EXPECT_EQ(half_read.error().message,
            "stride of MaxPool2d takes an integer, a pair of integers or None, found `(3, 'x')` at "
            "character 1");
  EXPECT_EQ(half_read.error().parameter, "stride");
  const auto unfinished = set_parameter(layer, "padding", "(1,");
  ASSERT_FALSE(unfinished);
  EXPECT_EQ(unfinished.error().parameter, "padding");
  EXPECT_FALSE(set_parameter(layer, "pool_size", "2"));
  EXPECT_EQ(layer, before);
}

TEST(LayerSummary, IsShort) {
  const auto summary = [](std::string_view text) { return layer_summary(layer_of(text)); };
  EXPECT_EQ(summary("MaxPool2d(2)"), "k2 s2");
  EXPECT_EQ(summary("MaxPool2d((3, 2), 1, 1, 2, ceil_mode=True)"), "k3x2 s1 p1 d2 ceil");
  EXPECT_EQ(summary("MaxPooling2D(padding='same')"), "k2 s2 same");
  EXPECT_EQ(summary("MaxPool(kernel_shape=[2, 2], pads=[0, 0, 1, 1])"), "k2 s1 p0,0,1,1");
  EXPECT_EQ(summary("AdaptiveAvgPool2d((3, None))"), "3x*");
  EXPECT_EQ(summary("LPPool2d(1.5, 2)"), "L1.5 k2 s2");
  EXPECT_EQ(summary("GlobalMaxPool()"), "1x1");
}

}  // namespace
}  // namespace poolscope
