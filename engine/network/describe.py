"""What each layer and function does, in one short line, and other words that people look for it by."""

from functools import lru_cache

from engine.network.network import NodeKind


@lru_cache(maxsize=1)
def summaries() -> dict[str, str]:
    """Return the line of each layer and function, by its type, and of each other kind of node, by its kind."""
    found = {}
    for line in _LINES.strip().splitlines():
        name, _, rest = line.partition(":")
        found[name.strip()] = rest.partition("|")[0].strip()
    return found


@lru_cache(maxsize=1)
def other_words() -> dict[str, tuple[str, ...]]:
    """Return what else a type is called, in small letters."""
    found = {}
    for line in _LINES.strip().splitlines():
        name, _, rest = line.partition(":")
        found[name.strip()] = tuple(rest.partition("|")[2].split())
    return found


def summary_of(kind: NodeKind, type_name: str) -> str:
    """Return what a node does, in one line."""
    return summaries().get(type_name if kind in {NodeKind.LAYER, NodeKind.FUNCTION} else kind.value, "")


_LINES = """
input: What goes into the network: one argument of forward | argument data x
output: What the network returns | return result
constant: A number or tensor that is always the same | number literal
parameter: A tensor of numbers that the network learns, alone in no layer | weight learnable token scale embedding
expression: Python of your own, with its inputs called a, b, c | python free code lambda custom
Linear: Every output is a weighted sum of all inputs | dense fully connected fc
Bilinear: A weighted sum of the products of two inputs |
Identity: Gives back what comes in | nothing pass
Embedding: Looks up a learned row of numbers for each whole number | lookup token word
Conv1d: Slides learned filters along a sequence | convolution signal
Conv2d: Slides learned filters over a picture | convolution image cnn
Conv3d: Slides learned filters through a volume | convolution video
ConvTranspose1d: Spreads each element over a longer sequence | deconvolution upsample
ConvTranspose2d: Spreads each pixel over a larger picture | deconvolution upsample
Upsample: Makes a picture larger by repeating or blending pixels | resize interpolate
PixelShuffle: Turns channels into a finer picture | superresolution
ZeroPad2d: Puts zeros around a picture | padding border
MaxPool1d: Keeps the largest of neighbours along a sequence | pooling
MaxPool2d: Keeps the largest of neighbouring pixels | pooling
AvgPool1d: Averages neighbours along a sequence | pooling mean
AvgPool2d: Averages neighbouring pixels | pooling mean
AdaptiveAvgPool1d: Averages a sequence down to a given length | pooling global
AdaptiveAvgPool2d: Averages a picture down to a given size | pooling global gap
AdaptiveMaxPool1d: Keeps the largest, down to a given length | pooling global
AdaptiveMaxPool2d: Keeps the largest, down to a given size | pooling global
BatchNorm1d: Brings each feature to mean 0 and spread 1 over the batch | bn normalization
BatchNorm2d: Brings each channel to mean 0 and spread 1 over the batch | bn normalization
LayerNorm: Brings each sample to mean 0 and spread 1 over its features | ln normalization
GroupNorm: Brings groups of channels to mean 0 and spread 1 | gn normalization
InstanceNorm1d: Normalizes each channel of each sequence alone | normalization
InstanceNorm2d: Normalizes each channel of each picture alone | normalization style
RMSNorm: Divides by the root mean square of the features | normalization llama
Dropout: Sets elements to zero by chance while training | regularization
Dropout1d: Sets whole channels of sequences to zero by chance | regularization
Dropout2d: Sets whole channels of pictures to zero by chance | regularization
AlphaDropout: Dropout that keeps mean and spread, for SELU | regularization
RNN: Reads a sequence step by step with a tanh state | recurrent elman
LSTM: Reads a sequence with gates and a cell that remembers | recurrent memory
GRU: Reads a sequence with two gates | recurrent gated
RNNCell: One step of an RNN | recurrent
LSTMCell: One step of an LSTM | recurrent
GRUCell: One step of a GRU | recurrent
MultiheadAttention: Every place looks at every other, in several heads | self attention mha
TransformerEncoderLayer: Attention and a small network, each with its skip | transformer block bert
TransformerDecoderLayer: Attention to itself and to a memory | transformer block
ReLU: Keeps what is positive, the rest becomes 0 | activation rectifier
ReLU6: ReLU that ends at 6 | activation
LeakyReLU: ReLU that lets a little of the negative through | activation
PReLU: LeakyReLU that learns its slope | activation
ELU: Smooth below zero, down to -1 | activation
SELU: ELU that keeps mean and spread | activation
CELU: ELU with a continuous slope | activation
GELU: Smooth ReLU, as in transformers | activation
SiLU: x times its sigmoid, also called swish | activation swish
Mish: Smooth ReLU with a small dip | activation
Sigmoid: Squeezes into 0 to 1 | activation logistic
LogSigmoid: The logarithm of the sigmoid | activation
Tanh: Squeezes into -1 to 1 | activation
Tanhshrink: What tanh takes away | activation
Softplus: A smooth ReLU that is never 0 | activation
Softsign: x over one plus its size | activation
Softshrink: Draws everything nearer to 0 | activation
Hardshrink: Sets what is small to 0 | activation
Hardsigmoid: A sigmoid made of straight lines | activation
Hardswish: A swish made of straight lines | activation mobilenet
Hardtanh: Cuts off below and above | activation clip clamp
Threshold: Replaces what is below a limit | activation
GLU: One half gates the other half | activation gate
Softmax: Makes numbers into shares that add up to 1 | activation probabilities
Softmax2d: Softmax over the channels of each pixel | activation
LogSoftmax: The logarithm of softmax | activation probabilities
Flatten: Makes one row of each sample | reshape view
Unflatten: Folds one dimension into several | reshape view
add: The sum of two tensors; joins a skip | plus residual sum skip
sub: The difference of two tensors | minus subtract
mul: The product, element by element | times gate multiply
div: The quotient, element by element | divide over
matmul: Rows of the first times columns of the second | matrix product dot
cat: Joins tensors along a dimension | concatenate concat join merge
stack: Joins tensors along a new dimension | join
flatten: Makes one dimension of several | reshape
reshape: The same elements in another shape | view
view: The same memory in another shape | reshape
permute: Puts the dimensions in another order | transpose axes
transpose: Swaps two dimensions | permute
squeeze: Drops a dimension of size 1 | remove
unsqueeze: Puts in a dimension of size 1 | add axis
mean: The average along a dimension | average reduce
sum: The sum along a dimension | reduce total
amax: The largest along a dimension | maximum reduce max
relu: ReLU as a function | activation
sigmoid: Sigmoid as a function | activation
tanh: Tanh as a function | activation
exp: e to the power of each element | exponential
log: The natural logarithm of each element | logarithm
sqrt: The square root of each element | root
sin: The sine of each element | sine
cos: The cosine of each element | cosine
abs: The size of each element | absolute
gelu: GELU as a function | activation
silu: SiLU as a function | activation swish
elu: ELU as a function | activation
leaky_relu: LeakyReLU as a function | activation
softplus: Softplus as a function | activation
mish: Mish as a function | activation
softmax: Softmax as a function | activation probabilities
log_softmax: LogSoftmax as a function | activation
max_pool2d: MaxPool2d as a function | pooling
avg_pool2d: AvgPool2d as a function | pooling
max_pool1d: MaxPool1d as a function | pooling
avg_pool1d: AvgPool1d as a function | pooling
adaptive_avg_pool2d: AdaptiveAvgPool2d as a function | pooling global
attention: Softmax of queries times keys, times values | scaled dot product sdpa
"""
