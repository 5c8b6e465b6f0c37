#pragma once

#include "algorithms/image_classification/convolution.h"
#include "algorithms/image_classification/network.h"

namespace sagebrush::vision {

// A layer with its tensors. A normalisation and the activation after it are one node.
struct Network::Node {
  LayerSpec spec;
  at::Tensor weight;
  at::Tensor bias;
  NormLayer norm;
  c10::intrusive_ptr<Convolution> convolution;  // of a convolution or linear layer
  std::vector<Node> body;
  std::vector<Node> shortcut;
};

// Lays the parameters out in memory and makes the nodes.
class Network::Builder {
 public:
  explicit Builder(Network& network) : network_(network) {}
  void build();

 private:
  struct Planned {
    std::string name;
    std::vector<std::int64_t> shape;        // as the layer uses it
    std::vector<std::int64_t> saved_shape;  // as PyTorch has it
    at::Tensor* target;
    ParameterKind kind;
  };

  std::vector<Node> make_nodes(const std::vector<LayerSpec>& layers);
  void plan(std::vector<Node>& nodes, PlaneSize& size);
  void plan_layer(Node& node, const PlaneSize& size);
  void place_parameters();
  void place_statistics(std::vector<Node>& nodes, float*& at);
  void make_convolutions(std::vector<Node>& nodes);

  Network& network_;
  std::vector<Planned> planned_;
  std::int64_t statistics_ = 0;
};

}  // namespace sagebrush::vision
