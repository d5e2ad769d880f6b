# frozen_string_literal: true

require "json"
require "shellwords"

# What the Vagrantfile needs of a plan, read and looked over: a plan that cannot be used is one clear sentence.
module MesosUp
  PROVISION = File.expand_path(__dir__)

  # Names of the providers whose machines are virtual.
  VIRTUAL = %w[virtualbox libvirt parallels vmware_desktop].freeze

  # Shown by Vagrant as any error of its own. Outside of Vagrant, as in tests, it is an ordinary one.
  PlanError = Class.new(defined?(Vagrant) ? Vagrant::Errors::VagrantError : StandardError) do
    def initialize(message)
      @text = message
      super()
    end

    def error_message
      @text
    end

    def message
      @text
    end
  end

  # A machine of the plan.
  class Machine
    KEYS = { "name" => String, "address" => String, "memory" => Integer, "cpus" => Integer,
             "nodes" => Array, "uploads" => Array, "commands" => Array }.freeze

    attr_reader(*KEYS.keys.map(&:to_sym), :container)

    def initialize(hash, file)
      KEYS.each do |key, type|
        value = hash.is_a?(Hash) ? hash[key] : nil
        raise PlanError, MesosUp.unusable(file, "a machine of it has no #{key}") unless value.is_a?(type)

        instance_variable_set("@#{key}", value)
      end
      @container = hash["container"]
    end

    # One script, to be run as root: it puts the project's scripts into a folder, and runs every command of the plan, in its
    # order, until one fails. All in one is sent far sooner than file by file.
    def script(folder)
      files = Dir.glob("#{PROVISION}/*.sh").sort.map do |path|
        "echo #{[File.binread(path)].pack('m0')} | base64 -d >#{folder}/#{File.basename(path)}"
      end
      lines = commands.map { |name, *arguments| Shellwords.join(["sh", "#{folder}/#{name}", *arguments]) }
      ["set -eu", "mkdir -p #{folder}", *files, *lines].join("\n")
    end
  end

  # The plan of a cluster, as `mesos-up plan` writes it.
  class Plan
    attr_reader :file, :cluster, :provider, :box, :box_version, :machines

    def initialize(file)
      @file = file
      plan = parse
      vagrant = plan.is_a?(Hash) ? plan["vagrant"] : nil
      raise PlanError, MesosUp.unusable(file, "it is none for Vagrant") unless vagrant.is_a?(Hash)

      @cluster = plan["name"]
      @provider, @box, @box_version = vagrant.values_at("provider", "box", "boxVersion")
      @machines = Array(vagrant["machines"]).map { |machine| Machine.new(machine, file) }
      look_over
    end

    # A machine that is a container is provisioned in another way than a virtual one.
    def refuse_provider(asked)
      return if asked.to_s.empty? || (asked == "docker") == (provider == "docker")

      what = provider == "docker" ? "containers, not for virtual machines" : "virtual machines, not for Vagrant's docker provider"
      raise PlanError, "The plan #{file} is for #{what}. " \
                       "Bring such machines up with: npx mesos-up up --backend vagrant --provider #{asked}"
    end

    private

    def parse
      JSON.parse(File.read(file))
    rescue SystemCallError
      raise PlanError, MesosUp.unusable(file, "it cannot be read")
    rescue JSON::ParserError
      raise PlanError, MesosUp.unusable(file, "it is not JSON")
    end

    def look_over
      raise PlanError, MesosUp.unusable(file, "it has no machines") if machines.empty?

      %i[name address].each do |key|
        twice = machines.map(&key).tally.find { |_, count| count > 1 }
        raise PlanError, MesosUp.unusable(file, "two machines of it have the #{key} #{twice.first}") if twice
      end
    end
  end

  # The plan of MESOS_UP_PLAN, else the default cluster's where there is one, else the one that comes with the project.
  def self.plan(root)
    own = File.join(root, ".mesos-up", "demo", "plan.json")
    file = ENV.fetch("MESOS_UP_PLAN", "")
    file = File.exist?(own) ? own : File.join(PROVISION, "default-plan.json") if file.empty?
    Plan.new(file)
  end

  def self.unusable(file, why)
    "The plan #{file} cannot be used: #{why}. Write it anew: npx mesos-up plan --backend vagrant"
  end

  # What `vagrant up` is told to make machines with, where it is told.
  def self.provider_asked(words, environment)
    return unless words.first == "up"

    flag = words.find { |word| word.start_with?("--provider=") }&.delete_prefix("--provider=")
    after = words.index("--provider")
    flag || (after && words[after + 1]) || environment["VAGRANT_DEFAULT_PROVIDER"]
  end
end
