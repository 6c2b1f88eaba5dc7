#pragma once
// Transactions for work that has left its own.

#include "atlas/worker.hpp"
#include "kernel_impl.hpp"

namespace atlas {

class Bench final : public WorkBench {
 public:
  Bench(Kernel::Impl& kernel, const Uuid& org) : kernel_(kernel), org_(org) {}
  void transact(Durability durability, FunctionRef<void(Context&)> work) override;
  const KernelOptions& options() const override { return kernel_.options; }

 private:
  Kernel::Impl& kernel_;
  Uuid org_;
};

}  // namespace atlas
